-- object: function lethe.error_text(text, text, text, text)
create or replace function lethe.error_text(code text, schema_name text, table_name text, constraint_name text) returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
  select concat_ws(' ', code, nullif(concat_ws('.', nullif(schema_name, ''), nullif(table_name, '')), ''), nullif(constraint_name, ''));
$function$;
comment on function lethe.error_text(text, text, text, text) is
  'What is kept of an error: SQLSTATE, table, constraint. Never the message, which may hold values.';
