-- Rows that somebody's rows point at, written down before those go: what nothing points at afterwards is erased.
-- No foreign key to the request: requests are never deleted, and entries live no longer than an erasure.
create table lethe.orphan (
  request_id bigint not null,
  subject_id {{key}} not null,
  link text not null,
  row_key jsonb not null,
  primary key (request_id, link, row_key)
);
comment on table lethe.orphan is 'Rows that may be orphaned by an erasure that is under way, by key; emptied when it is done.';
comment on column lethe.orphan.link is 'The table and the columns that are pointed at: public.addresses (id).';
create index orphan_subject on lethe.orphan (subject_id, link);
