-- Creates or replaces one object, where its definition changed or it is missing.
create or replace procedure pg_temp.lethe_define(object text, definition text)
language plpgsql as $helper$
declare
  recorded text;
  hash constant text := encode(sha256(convert_to(definition, 'UTF8')), 'hex');
begin
  perform pg_temp.lethe_require_transaction();
  insert into lethe_run (object) values (object);
  select o.definition_hash into recorded from lethe.object o where o.name = object;
  if recorded = hash and pg_temp.lethe_exists(object) then
    return;
  end if;
  -- What is there without having been recorded was made ahead of this migration, concurrently.
  if recorded is not null and object ~ '^(policy|constraint|index) ' then
    perform pg_temp.lethe_remove(object);
  end if;
  begin
    execute definition;
  exception
    -- A changed result type or column list can't be replaced: drop it and create it anew.
    when invalid_function_definition or invalid_table_definition or wrong_object_type then
      perform pg_temp.lethe_remove(object);
      execute definition;
  end;
  insert into lethe.object (name, definition_hash) values (object, hash)
  on conflict (name) do update set definition_hash = excluded.definition_hash;
end
$helper$;
