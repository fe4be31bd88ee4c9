-- Moves Lethe's own tables forward: each numbered step runs once in the life of a database.
create or replace procedure pg_temp.lethe_step(number integer, definition text)
language plpgsql as $helper$
declare
  recorded text;
  hash constant text := encode(sha256(convert_to(definition, 'UTF8')), 'hex');
begin
  perform pg_temp.lethe_require_transaction();
  select s.definition_hash into recorded from lethe.step s where s.number = lethe_step.number;
  if not found then
    execute definition;
    insert into lethe.step (number, definition_hash) values (number, hash);
  elsif recorded <> hash then
    raise exception 'step % of Lethe''s tables was applied with another definition', number
      using hint = 'Steps are never edited: generate the migration with the version of pg-lethe that made this database, or a newer one.';
  end if;
end
$helper$;
