-- By this the triggers know Lethe's own work: rows of the transaction itself, which are gone before it ends. Nobody else
-- ever sees one, a later statement of the same transaction finds none, and so does a restored copy, where the numbers of
-- transactions begin anew. Nothing of it has to survive a crash.
create unlogged table lethe.running (
  subject_id {{key}} primary key,
  xact xid8 not null default pg_current_xact_id()
);
comment on table lethe.running is 'Subjects that the transaction is erasing; always empty to everybody else.';
alter table lethe.deletion_request drop column executing_xact;

-- Requests are never deleted, and every event is written by record_events() for requests that it holds: a foreign key would
-- only look each of them up again, twice a person. verify_events() tells of events whose request is gone.
alter table lethe.deletion_event drop constraint deletion_event_request_id_fkey;

-- Reasons are wiped when their writer is erased; few requests have one.
create index deletion_request_reason on lethe.deletion_request (subject_id)
  where reason is not null;
