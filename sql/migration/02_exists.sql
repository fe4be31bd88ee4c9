-- Does the object that the name describes exist? Names are written as DROP takes them.
create or replace function pg_temp.lethe_exists(object text) returns boolean
language plpgsql as $helper$
declare
  part text[];
begin
  part := regexp_match(object, '^(?:function|procedure) (.*)$');
  if part is not null then
    return to_regprocedure(part[1]) is not null;
  end if;
  part := regexp_match(object, '^index (.*)$');
  if part is not null then
    return to_regclass(part[1]) is not null;
  end if;
  part := regexp_match(object, '^view (.*)$');
  if part is not null then
    -- Replaced without its WITH clause, a view that hides shows rows with its owner's rights: it is made anew.
    return exists (
      select from pg_class c
      where c.oid = to_regclass(part[1])
        and (
          c.relnamespace = 'lethe'::regnamespace
          or exists (
            select from pg_options_to_table(c.reloptions) o
            where o.option_name = 'security_invoker' and o.option_value::boolean
          )
        )
    );
  end if;
  part := regexp_match(object, '^column (.*) of (.*)$');
  if part is not null then
    return exists (
      select from pg_attribute a
      where a.attrelid = to_regclass(part[2]) and quote_ident(a.attname) = part[1] and not a.attisdropped
    );
  end if;
  part := regexp_match(object, '^trigger (.*) on (.*)$');
  if part is not null then
    return exists (
      select from pg_trigger g
      where g.tgrelid = to_regclass(part[2]) and quote_ident(g.tgname) = part[1]
    );
  end if;
  part := regexp_match(object, '^policy (.*) on (.*)$');
  if part is not null then
    return exists (
      select from pg_policy p
      where p.polrelid = to_regclass(part[2]) and quote_ident(p.polname) = part[1]
    );
  end if;
  part := regexp_match(object, '^constraint (.*) on (.*)$');
  if part is not null then
    return exists (
      select from pg_constraint c
      where c.conrelid = to_regclass(part[2]) and quote_ident(c.conname) = part[1]
    );
  end if;
  part := regexp_match(object, '^row security on (.*)$');
  if part is not null then
    return exists (select from pg_class c where c.oid = to_regclass(part[1]) and c.relrowsecurity);
  end if;
  raise exception 'unknown kind of object: %', object;
end
$helper$;
