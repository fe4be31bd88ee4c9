-- object: function lethe.added_objects()
create or replace function lethe.added_objects() returns setof text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
declare
  list regclass;
begin
  -- A second Lethe, for another kind of subject, adds to the same tables: its schema looks like this one.
  for list in
    select c.oid
    from pg_class c
    where c.relname = 'object'
      and c.relkind = 'r'
      and exists (select from pg_class s where s.relname = 'annotated_column' and s.relnamespace = c.relnamespace)
      and has_table_privilege(c.oid, 'select')
  loop
    -- Without quotes: which words need them differs between versions of PostgreSQL.
    return query execute format('select replace(o.name, ''"'', '''') from %s o', list);
  end loop;
end
$function$;
comment on function lethe.added_objects() is 'What Lethe added to the application''s schemas, by name, without quotes.';
