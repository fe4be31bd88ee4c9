-- object: function lethe.trigger_differences()
create or replace function lethe.trigger_differences() returns setof lethe.difference
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  return query
  with added as materialized (
    select a as name from lethe.added_objects() a
  ), relation as materialized (
    select r.* from lethe.annotated_relation r where cardinality(r.strategies) > 0
  ), present as materialized (
    select r.table_name,
           g.tgname::text as name,
           concat_ws(
             ' ',
             case when g.tgtype & 2 > 0 then 'before' when g.tgtype & 64 > 0 then 'instead of' else 'after' end,
             case when g.tgtype & 4 > 0 then 'insert' end,
             case when g.tgtype & 16 > 0 then 'update' end,
             case when g.tgtype & 8 > 0 then 'delete' end,
             case when g.tgtype & 32 > 0 then 'truncate' end,
             (
               select 'of ' || string_agg(a.attname, ', ' order by a.attname::text)
               from pg_attribute a
               where a.attrelid = g.tgrelid and a.attnum = any (g.tgattr::int2[])
             ),
             case when g.tgtype & 1 > 0 then 'for each row' else 'for each statement' end,
             'calls',
             n.nspname || '.' || p.proname,
             left(encode(sha256(convert_to(pg_get_functiondef(p.oid), 'UTF8')), 'hex'), 16)
           ) as definition,
           -- An erasure updates and deletes.
           g.tgtype & 24 > 0 as fires,
           r.strategies
    from relation r
    join pg_trigger g on g.tgrelid = r.relation and not g.tgisinternal and g.tgenabled in ('O', 'A')
    join pg_proc p on p.oid = g.tgfoid
    join pg_namespace n on n.oid = p.pronamespace
    where not exists (select from added a where a.name = replace(format('trigger %s on %s', g.tgname, r.table_name), '"', ''))
  ), expected as (
    select o.table_name, o.name, o.expected as definition
    from lethe.annotated_object o
    join relation r on r.table_name = o.table_name
    where o.kind = 'trigger'
  ), compared as (
    select coalesce(p.table_name, e.table_name) as table_name,
           coalesce(p.name, e.name) as name,
           e.definition as expected,
           p.definition as found,
           case when p.fires then p.strategies else '{}'::text[] end as strategies
    from present p
    full join expected e on e.table_name = p.table_name and e.name = p.name
    where e.definition is distinct from p.definition
  )
  select d.table_name,
         d.name,
         'trigger',
         coalesce(d.expected, 'no such trigger'),
         coalesce(d.found, 'nothing'),
         -- Reported, not refused: what a trigger swallows or rewrites the probe for residue finds, and an updated_at that
         -- was added last week must not hold up everybody's erasure.
         'warn',
         d.strategies
  from compared d;
end
$function$;
comment on function lethe.trigger_differences() is
  'The application''s triggers on tables that an erasure touches: new, gone, or with another function.';
