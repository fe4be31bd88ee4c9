-- How many rows the next step of an erasure in steps takes: what it can do in half a second.
alter table lethe.deletion_request
  add column chunk integer not null default 5000 check (chunk > 0);
comment on column lethe.deletion_request.chunk is 'Rows that the next step takes, while an erasure goes in steps.';
