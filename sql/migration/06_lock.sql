-- Takes a table's lock up front, where anything that is defined on it changed since the last run.
create or replace procedure pg_temp.lethe_lock(object text, relation text, mode text, hash text)
language plpgsql as $helper$
begin
  perform pg_temp.lethe_require_transaction();
  if not exists (select from lethe.object o where o.name = object and o.definition_hash = hash) then
    execute format('lock table %s in %s mode', relation, mode);
    insert into lethe.object (name, definition_hash) values (object, hash)
    on conflict (name) do update set definition_hash = excluded.definition_hash;
  end if;
  insert into lethe_run (object) values (object);
end
$helper$;
