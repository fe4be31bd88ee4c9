-- The last whole look for drift, and of which state of the catalog it was.
create table lethe.drift_look (
  only_row boolean primary key default true check (only_row),
  catalog_mark text not null,
  looked_at timestamptz not null,
  refused jsonb not null
);
comment on table lethe.drift_look is
  'What the last look for drift found: strategies that wait, with a table. Good for a minute, while the catalog is the same.';
insert into lethe.drift_look (catalog_mark, looked_at, refused) values ('', '-infinity', '{}');
