-- object: function lethe.keyed_hash(text)
create or replace function lethe.keyed_hash(value text) returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
  select 'lethe:' || encode(sha256(k.key || sha256(k.key || convert_to($1, 'UTF8'))), 'hex') from lethe.hash_key k;
$function$;
comment on function lethe.keyed_hash(text) is
  'Replaces a value by a hash that can be compared but not reversed or guessed without this database''s key.';
