-- object: function lethe.refuse_truncate()
create or replace function lethe.refuse_truncate() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
  perform lethe.refuse('LT012', null, format('%I.%I can''t be truncated', tg_table_schema, tg_table_name),
    'People leave through lethe.schedule_deletion().');
  return null;
end
$function$;
comment on function lethe.refuse_truncate() is 'Refuses TRUNCATE of the subject table, which would pass every row trigger.';
