-- Rows that are written for a person between the moment when their effects are and the statement that erases them are told of
-- by that statement: those whose transaction began at this number or later.
alter table lethe.running add column since xid;
comment on column lethe.running.since is 'The oldest transaction that was under way when effects were written.';
alter table lethe.deletion_request add column effects_since xid;
comment on column lethe.deletion_request.effects_since is
  'Of an erasure in steps: the oldest transaction that was under way when effects were written.';
