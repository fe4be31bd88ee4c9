-- object: function lethe.own_differences()
create or replace function lethe.own_differences() returns setof lethe.difference
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  return query
  with own as materialized (
    select o.name, split_part(o.name, ' ', 1) as kind
    from lethe.object o
    where split_part(o.name, ' ', 1) in ('trigger', 'policy', 'constraint', 'column', 'row', 'index', 'view')
  ), part as materialized (
    select case o.kind when 'row' then 'row security' else o.kind end as kind,
           case
             when o.kind = 'row' then array[null, substr(o.name, length('row security on ') + 1)]
             when o.kind in ('index', 'view') then array[null, substr(o.name, length(o.kind) + 2)]
             else regexp_match(o.name, '^\w+ (.*) (?:on|of) (.*)$')
           end as names
    from own o
  ), placed as materialized (
    select p.kind,
           replace(coalesce(p.names[1], p.names[2]), '"', '') as object,
           replace(p.names[2], '"', '') as table_name,
           to_regclass(p.names[2]) as relation
    from part p
  ), found as materialized (
    -- Scalar subqueries: an EXISTS may be hashed, which reads a whole catalog for a handful of rows.
    select p.*,
           case
             when p.relation is null then 'nothing'
             when p.kind = 'trigger' then coalesce(
               (
                 select case when g.tgenabled in ('O', 'A') then 'present' else 'disabled' end
                 from pg_trigger g
                 where g.tgrelid = p.relation and g.tgname = p.object
               ),
               'nothing'
             )
             when p.kind = 'policy' and (
               select 1 from pg_policy y where y.polrelid = p.relation and y.polname = p.object
             ) is null then 'nothing'
             when p.kind = 'constraint' and (
               select 1 from pg_constraint k where k.conrelid = p.relation and k.conname = p.object
             ) is null then 'nothing'
             when p.kind = 'column' and (
               select 1 from pg_attribute a where a.attrelid = p.relation and a.attname = p.object and not a.attisdropped
             ) is null then 'nothing'
             when p.kind = 'row security' and (
               select 1 from pg_class c where c.oid = p.relation and c.relrowsecurity
             ) is null then 'disabled'
             -- CREATE OR REPLACE VIEW without the WITH clause drops it, and the view passes its reader's policies.
             when p.kind = 'view' and (
               select 1
               from pg_class c
               left join pg_options_to_table(c.reloptions) o on o.option_name = 'security_invoker'
               where c.oid = p.relation
                 and c.relnamespace <> 'lethe'::regnamespace
                 and o.option_value::boolean is not true
             ) is not null then 'with its owner''s rights'
             else 'present'
           end as state
    from placed p
  )
  -- What protects or hides refuses erasure with its table; an index or a view doesn't.
  select f.table_name,
         f.object,
         'own ' || f.kind,
         'present',
         f.state,
         case when f.kind in ('index', 'view') then 'warn' else 'error' end,
         case when f.kind in ('index', 'view') then '{}' else coalesce(t.strategies, '{}') end
  from found f
  left join lethe.annotated_table t on t.table_name = f.table_name
  where f.state <> 'present';
end
$function$;
comment on function lethe.own_differences() is
  'What Lethe made that somebody dropped or disabled, and views that lost their reader''s rights.';
