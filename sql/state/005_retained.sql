-- Rows that outlive their person for a time, so that they can be purged when it is over.

-- What the annotation said when the rows were kept. Rows are never changed: entries made under older terms keep those.
create table lethe.retention (
  id integer generated always as identity primary key,
  table_name text not null,
  key_columns text[] not null,
  since text not null,
  kept_for interval not null,
  basis text not null,
  unique (table_name, key_columns, since, kept_for, basis)
);
comment on table lethe.retention is 'The terms under which rows are kept beyond their person: since when, how long, on what basis.';

-- No foreign key to the request: requests are never deleted, and there may be ten million rows.
create table lethe.retained (
  request_id bigint not null,
  retention_id integer not null references lethe.retention (id),
  row_key jsonb not null,
  purge_after timestamptz not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  last_error text,
  primary key (request_id, retention_id, row_key)
);
comment on table lethe.retained is 'Rows of erased people that stay until purge_after, by primary key; under hard_delete nothing else leads there.';
comment on column lethe.retained.row_key is 'The primary key''s values, in the order of the retention''s key_columns.';
comment on column lethe.retained.last_error is 'SQLSTATE, table and constraint of the last failed purge; never a message, which may hold values.';
create index retained_due on lethe.retained ((greatest(purge_after, next_attempt_at)));

create type lethe.purge_outcome as (
  request_id bigint,
  row_key jsonb,
  outcome text,
  purge_after timestamptz
);
comment on type lethe.purge_outcome is
  'What became of one entry: purged, gone (there is no such row any more), released (it is somebody else''s now),
   later (its date was corrected), swallowed (a trigger kept it), unknown (no rule of the annotation names it any more).';

alter type lethe.status
  add attribute kept_rows bigint,
  add attribute kept_until timestamptz;
