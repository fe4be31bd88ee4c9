-- object: function lethe.complete_options(jsonb, jsonb)
create or replace function lethe.complete_options(given jsonb, known jsonb) returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $function$
declare
  wrong text;
begin
  if given is null or given = '{}' then
    return known;
  end if;
  if jsonb_typeof(given) <> 'object' then
    raise exception 'options must be a JSON object'
      using errcode = 'invalid_parameter_value', hint = 'For example: {"delete_content": true}.';
  end if;
  select string_agg(quote_literal(o.key), ', ' order by o.key) into wrong
  from jsonb_each(given) o
  where not known ? o.key or jsonb_typeof(o.value) <> 'boolean';
  if wrong is not null then
    raise exception 'unknown or non-boolean options: %', wrong
      using errcode = 'invalid_parameter_value',
            hint = format('The annotation knows: %s.', known);
  end if;
  return known || given;
end
$function$;
comment on function lethe.complete_options(jsonb, jsonb) is 'The request''s options with the annotation''s defaults. 22023 for one it doesn''t know.';
