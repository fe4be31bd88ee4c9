-- The tools that this file itself works with. They live in pg_temp: nothing of them stays in the database.
-- An object is created or replaced only where its definition differs from what was recorded when it was made,
-- because even a CREATE POLICY or ADD COLUMN IF NOT EXISTS that does nothing locks its whole table.

do $helpers$
begin
  if to_regclass('lethe.object') is null then
    create table lethe.object (
      name text primary key,
      definition_hash text not null,
      position bigint generated always as identity
    );
    comment on table lethe.object is 'What Lethe''s migrations created, with the hash of each definition.';
    create table lethe.step (
      number integer primary key,
      definition_hash text not null,
      applied_at timestamptz not null default clock_timestamp()
    );
    comment on table lethe.step is 'The numbered steps that brought Lethe''s own tables to their present shape.';
    revoke all on lethe.object, lethe.step from public;
  end if;
end
$helpers$;

drop table if exists pg_temp.lethe_run;
create temporary table lethe_run (object text primary key, roles name[]) on commit drop;

create or replace function pg_temp.lethe_require_transaction() returns void
language plpgsql as $helper$
begin
  if to_regclass('pg_temp.lethe_run') is null then
    raise exception 'this migration must run in one transaction'
      using hint = 'Run it with graphile-migrate, or with psql --single-transaction.';
  end if;
end
$helper$;
