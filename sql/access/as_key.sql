-- object: function lethe.as_key(text)
create or replace function lethe.as_key(value text) returns {{key}}
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  return value::{{key}};
exception
  when invalid_text_representation or numeric_value_out_of_range then
    return null;
end
$function$;
comment on function lethe.as_key(text) is 'A value of another type as a subject''s key; null where it is none.';
