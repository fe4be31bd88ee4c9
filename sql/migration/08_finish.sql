-- Removes what an older annotation emitted and this one doesn't, and closes whatever was not opened above.
create or replace procedure pg_temp.lethe_finish()
language plpgsql as $helper$
declare
  leftover record;
begin
  perform pg_temp.lethe_require_transaction();
  for leftover in
    select o.name from lethe.object o
    where not exists (select from lethe_run r where r.object = o.name)
      and o.name !~ '^column '
    order by o.position desc
  loop
    if leftover.name !~ '^objects on ' then
      perform pg_temp.lethe_remove(leftover.name);
    end if;
    delete from lethe.object o where o.name = leftover.name;
  end loop;

  for leftover in
    select case p.prokind when 'p' then 'procedure ' else 'function ' end || p.oid::regprocedure as name, 'execute' as privilege
    from pg_proc p where p.pronamespace = 'lethe'::regnamespace
    union all
    select 'table ' || c.oid::regclass, 'select'
    from pg_class c where c.relnamespace = 'lethe'::regnamespace and c.relkind in ('r', 'v', 'S', 'p')
  loop
    if not exists (
      select from lethe_run r
      where r.roles is not null
        and r.object like 'grant %'
        and pg_temp.lethe_same(r.object, leftover.name)
    ) then
      perform pg_temp.lethe_set_privilege(leftover.name, leftover.privilege, '{}');
    end if;
  end loop;
end
$helper$;

-- Is the object of a "grant … on …" line the same as the one named? Spelling of types may differ.
create or replace function pg_temp.lethe_same(granted text, name text) returns boolean
language plpgsql as $helper$
declare
  part constant text[] := regexp_match(granted, '^grant \w+ on (function|procedure|view|table|schema) (.*)$');
begin
  if name ~ '^(function|procedure) ' then
    return part[1] in ('function', 'procedure')
      and to_regprocedure(part[2]) = to_regprocedure(regexp_replace(name, '^\w+ ', ''));
  end if;
  return part[1] in ('view', 'table') and to_regclass(part[2]) = to_regclass(regexp_replace(name, '^\w+ ', ''));
end
$helper$;
