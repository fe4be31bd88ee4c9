-- object: function lethe.may_hold(text, bigint)
create or replace function lethe.may_hold(table_name text, rows bigint) returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
  -- -1: never analyzed, so that nobody knows.
  select c.reltuples < 0 or c.reltuples > $2 from pg_class c where c.oid = $1::regclass;
$function$;
comment on function lethe.may_hold(text, bigint) is
  'Can the table hold more rows than this? Spares counting a person''s rows in tables that are small as a whole.';
