-- The columns of the tables in $1 (their oids as text), in the order of the table.
with recursive layers as (
  -- A domain may stand on another domain: one row a layer, the outermost first.
  select
    t.oid as domain,
    t.oid as layer,
    t.typbasetype as base,
    t.typtypmod as modifier,
    t.typnotnull as not_null,
    1 as depth
  from pg_type t
  where t.typtype = 'd'
  union all
  select
    l.domain,
    t.oid,
    t.typbasetype,
    t.typtypmod,
    t.typnotnull,
    l.depth + 1
  from layers l
  join pg_type t on t.oid = l.base
  where t.typtype = 'd'
),
domains as materialized (
  select
    l.domain,
    (array_agg(l.base order by l.depth desc))[1] as base,
    (array_agg(l.modifier order by l.depth desc))[1] as modifier,
    bool_or(l.not_null) as not_null,
    (
      select json_agg(pg_get_expr(con.conbin, 0))
      from layers cl
      join pg_constraint con on con.contypid = cl.layer
      where cl.domain = l.domain
        and con.contype = 'c'
    ) as checks
  from layers l
  group by l.domain
),
enums as materialized (
  select
    e.enumtypid,
    json_agg(e.enumlabel order by e.enumsortorder) as labels
  from pg_enum e
  group by e.enumtypid
)
select
  a.attrelid::text as relation,
  a.attnum as position,
  a.attname::text as name,
  format_type(a.atttypid, a.atttypmod) as type,
  -- Without a modifier; an array of a domain is an array of what the domain stands on.
  format_type(coalesce(element_base.typarray, base.oid), null) as base_type,
  a.attnotnull as not_null,
  pg_get_expr(d.adbin, d.adrelid) as default_expression,
  case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end as generated,
  case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity,
  case
    when base.oid in ('varchar'::regtype, 'bpchar'::regtype) and m.modifier > 4 then m.modifier - 4
  end as max_length,
  e.labels as enum_labels,
  case when dom.domain is not null then format('%s.%s', tn.nspname, t.typname) end as domain_name,
  coalesce(dom.not_null, false) as domain_not_null,
  dom.checks as domain_checks,
  format('column %I of %I.%I', a.attname, n.nspname, c.relname) as own
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_type t on t.oid = a.atttypid
join pg_namespace tn on tn.oid = t.typnamespace
left join domains dom on dom.domain = a.atttypid
join pg_type base on base.oid = coalesce(dom.base, a.atttypid)
left join domains element on element.domain = base.typelem and base.typcategory = 'A'
left join pg_type element_base on element_base.oid = element.base
left join enums e on e.enumtypid = base.oid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
cross join lateral (select coalesce(dom.modifier, a.atttypmod) as modifier) m
where a.attrelid = any ($1::text::oid[])
  and a.attnum > 0
  and not a.attisdropped
