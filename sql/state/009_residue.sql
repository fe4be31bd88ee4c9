-- A transaction of the application that began before an erasure can still write for the person afterwards: executed requests
-- are looked at again for some days.
create type lethe.residue_look as (
  looked integer,
  found integer,
  last_executed timestamptz,
  last_request bigint
);
comment on type lethe.residue_look is
  'What residue_after() looked at, for how many something was found, and where the next look goes on.';

create index deletion_request_executed on lethe.deletion_request (executed_at, id)
  where state in ('erased', 'completed');
