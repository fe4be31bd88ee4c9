-- object: function lethe.foreign_key_differences()
create or replace function lethe.foreign_key_differences() returns setof lethe.difference
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  -- Keys that point at the subject, or at rows that are removed. Known by their columns: a name may change.
  return query
  with relation as materialized (
    select r.*
    from lethe.annotated_relation r
    where r.class = 'subject' or cardinality(r.removes) > 0
  ), foreign_key as materialized (
    select f.*
    from pg_constraint f
    where f.contype = 'f'
      and f.conparentid = 0
      and (
        -- Before 18 there is no such column: the bare name then means the outer one.
        select (select conenforced from pg_constraint same where same.oid = f.oid)
        from (values (true)) as older (conenforced)
      )
  ), present as materialized (
    select n.nspname || '.' || c.relname as table_name,
           format(
             '(%s) references %s (%s)',
             (
               select string_agg(a.attname, ', ' order by k.position)
               from unnest(f.conkey) with ordinality as k (attnum, position)
               join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum
             ),
             r.table_name,
             (
               select string_agg(a.attname, ', ' order by k.position)
               from unnest(f.confkey) with ordinality as k (attnum, position)
               join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.attnum
             )
           ) as name,
           case f.confdeltype
             when 'a' then 'on delete no action'
             when 'r' then 'on delete restrict'
             when 'c' then 'on delete cascade'
             when 'n' then 'on delete set null'
             when 'd' then 'on delete set default'
           end || case f.confupdtype
             when 'a' then ''
             when 'r' then ', on update restrict'
             when 'c' then ', on update cascade'
             when 'n' then ', on update set null'
             when 'd' then ', on update set default'
           end as action,
           case when r.class = 'subject' then r.strategies else r.removes end as strategies,
           r.removes
    from relation r
    join foreign_key f on f.confrelid = r.relation
    join pg_class c on c.oid = f.conrelid
    join pg_namespace n on n.oid = c.relnamespace
  ), expected as (
    select o.table_name, o.name, o.expected as action
    from lethe.annotated_object o
    where o.kind = 'foreign key'
  ), compared as (
    select coalesce(p.table_name, e.table_name) as table_name,
           coalesce(p.name, e.name) as name,
           e.action as expected,
           p.action as found,
           case
             when e.name is null then p.strategies
             when p.name is null then '{}'::text[]
             -- What an update of the person's row does to others counts while the row stays, too.
             when split_part(e.action, ', on update', 2) <> split_part(p.action, ', on update', 2) then p.strategies
             else p.removes
           end as strategies
    from present p
    full join expected e on e.table_name = p.table_name and e.name = p.name
    where e.action is distinct from p.action
  )
  select d.table_name,
         d.name,
         case
           when d.expected is null
             and not exists (select from lethe.annotated_table t where t.table_name = d.table_name)
             then 'table'
           else 'foreign key'
         end,
         coalesce(d.expected, 'no such foreign key'),
         coalesce(d.found, 'nothing'),
         case when cardinality(d.strategies) > 0 then 'error' else 'warn' end,
         d.strategies
  from compared d;
end
$function$;
comment on function lethe.foreign_key_differences() is
  'Foreign keys to the subject, or to rows that are removed, that are new, gone, or do something else.';
