-- object: function lethe.require_no_residue(text)
create or replace function lethe.require_no_residue(table_name text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
  if require_no_residue.table_name is null then
    return;
  end if;
  raise exception 'the erasure didn''t take: % still holds rows that were to be erased', require_no_residue.table_name
    using errcode = 'LT014',
          schema = split_part(require_no_residue.table_name, '.', 1),
          table = substr(require_no_residue.table_name, strpos(require_no_residue.table_name, '.') + 1),
          hint = 'Look for a trigger of the application that swallows or rewrites the change.';
end
$function$;
comment on function lethe.require_no_residue(text) is 'LT014 when a table is named: a batch whose erasure didn''t take is an error, not a success.';
