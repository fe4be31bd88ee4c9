-- Says, beside the requests' own mark, which transaction is erasing right now. The row is gone before the transaction
-- ends, so that nothing is left of it: not for a later statement, nor in a restored copy where numbers begin anew.
create table lethe.running (
  xact xid8 primary key
);
comment on table lethe.running is 'The transaction that is erasing; always empty to everybody else.';

-- Requests are never deleted, and every event is written by record_events() for requests that it holds: a foreign key would
-- only look each of them up again, twice a person. verify_events() tells of events whose request is gone.
alter table lethe.deletion_event drop constraint deletion_event_request_id_fkey;
