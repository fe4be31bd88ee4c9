-- object: function lethe.may_interfere(text)
create or replace function lethe.may_interfere(strategy text) returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
  with recursive touched as (
    select a.relation
    from lethe.annotated_relation a
    where $1 = any (a.strategies)
    union
    -- Partitions and children have triggers of their own.
    select i.inhrelid
    from touched t
    join pg_inherits i on i.inhparent = t.relation
  )
  select exists (
    select
    from touched t
    join pg_class c on c.oid = t.relation
    where c.relkind = 'f'
      or c.relhasrules
      or (c.relhastriggers and exists (
        select
        from pg_trigger g
        join pg_proc p on p.oid = g.tgfoid
        where g.tgrelid = t.relation
          and not g.tgisinternal
          and g.tgenabled <> 'D'
          and p.pronamespace <> 'lethe'::regnamespace
      ))
  );
$function$;
comment on function lethe.may_interfere(text) is
  'Could anything but PostgreSQL itself keep the strategy''s statements from taking: a trigger or rule of the application, a
   foreign table? Looked up at each execution, for a trigger may be new.';
