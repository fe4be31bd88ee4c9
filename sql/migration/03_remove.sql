-- A column that was added stays when its annotation goes: it holds data. Everything else is dropped.
create or replace function pg_temp.lethe_remove(object text) returns void
language plpgsql as $helper$
declare
  part text[];
begin
  part := regexp_match(object, '^constraint (.*) on (.*)$');
  if part is not null then
    execute format('alter table if exists %s drop constraint if exists %s', part[2], part[1]);
    return;
  end if;
  part := regexp_match(object, '^row security on (.*)$');
  if part is not null then
    execute format('alter table if exists %s disable row level security', part[1]);
    return;
  end if;
  part := regexp_match(object, '^(function|procedure|view|index|trigger|policy) (.*)$');
  if part is not null then
    execute format('drop %s if exists %s', part[1], part[2]);
  end if;
end
$helper$;
