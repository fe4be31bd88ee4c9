-- What the annotation knew of the database beyond its columns: with it, lethe.drift tells what has changed since.
alter table lethe.annotation
  add column drift text not null default 'refuse' check (drift in ('refuse', 'warn'));
comment on column lethe.annotation.drift is 'Whether requests wait while a table that their strategy touches has drifted.';

alter table lethe.annotated_table
  add column strategies text[] not null default '{}',
  add column removes text[] not null default '{}',
  add column survives text[] not null default '{}';
comment on column lethe.annotated_table.strategies is 'Strategies that read or write the table.';
comment on column lethe.annotated_table.removes is 'Strategies that remove rows of it.';
comment on column lethe.annotated_table.survives is 'Strategies that touch the table and leave a person''s rows there.';

create table lethe.annotated_object (
  table_name text not null,
  kind text not null,
  name text not null,
  expected text not null,
  primary key (table_name, kind, name)
);
comment on table lethe.annotated_object is
  'Foreign keys, triggers and indexes that the annotation was checked against.';

create type lethe.difference as (
  table_name text,
  object text,
  kind text,
  expected text,
  found text,
  severity text,
  strategies text[]
);
comment on type lethe.difference is
  'One difference between the database and the annotation, and the strategies that wait until it is decided.';
