-- Marks of people whose table belongs to somebody else and can't hold them; empty everywhere else.
create table lethe.mark (
  subject_id {{key}} primary key,
  deleted_at timestamptz not null,
  scheduled_for timestamptz
);
comment on table lethe.mark is 'Who is leaving or gone, where the annotation says marks: "lethe".';
comment on column lethe.mark.scheduled_for is 'When the erasure is due; null once it is done.';

-- Rows that were marked before Lethe came. Listed once, so that what the application marks later on is never taken for one.
create table lethe.legacy (
  subject_id {{key}} primary key
);
comment on table lethe.legacy is
  'People marked before Lethe came who are still to be erased (marks.legacy: "erase"); the worker schedules them and takes them off the list.';

alter table lethe.annotation
  add column marks text,
  add column legacy text not null default 'leave' check (legacy in ('leave', 'erase'));
comment on column lethe.annotation.marks is 'Where it is written who is leaving or gone.';
comment on column lethe.annotation.legacy is 'What becomes of rows that were marked before Lethe came.';

alter table lethe.annotated_table
  add column privileges text[];
comment on column lethe.annotated_table.privileges is
  'What Lethe''s functions need on a table that they don''t own; null: they must own it.';
