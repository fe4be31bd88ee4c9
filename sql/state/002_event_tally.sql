-- How many events of a kind were recorded and not yet counted by a worker. A row for each call of record_events(), in the
-- transaction of the events themselves, and deleted by the worker who counts it: each is counted by one worker only,
-- however late its transaction commits and in whatever order.
create table lethe.event_tally (
  id bigint generated always as identity primary key,
  event text not null,
  count integer not null
);
comment on table lethe.event_tally is 'Events that no worker has counted for its metrics yet; take_event_counts() empties it.';
