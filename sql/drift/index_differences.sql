-- object: function lethe.index_differences()
create or replace function lethe.index_differences() returns setof lethe.difference
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  -- Without it the erasure still takes place, by reading the whole table.
  return query
  with relation as materialized (
    select r.* from lethe.annotated_relation r
  )
  select r.table_name, o.name, 'index', o.expected, 'none', 'warn', '{}'::text[]
  from lethe.annotated_object o
  join relation r on r.table_name = o.table_name
  cross join lateral string_to_array(o.name, ', ') as wanted (columns)
  where o.kind = 'index'
    and not exists (
      select
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
      join pg_am m on m.oid = c.relam
      where i.indrelid = r.relation
        and i.indisvalid
        and m.amname in ('btree', 'hash')
        and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\([^()]* IS NOT NULL\)$')
        and (
          select array_agg(a.attname::text order by a.attname::text)
          from unnest(i.indkey::int2[]) with ordinality as k (attnum, position)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
          where k.position <= cardinality(wanted.columns)
        ) = array(select w from unnest(wanted.columns) w order by w)
    )
  union all
  -- Without these one row may be two people's, or two people look like one: nobody is erased until it is decided.
  select r.table_name, o.name, o.kind, o.expected, 'none', 'error', r.strategies
  from lethe.annotated_object o
  join relation r on r.table_name = o.table_name
  cross join lateral string_to_array(o.name, ', ') as wanted (columns)
  where o.kind = 'unique index'
    and not exists (
      select
      from pg_index i
      where i.indrelid = r.relation
        and i.indisunique
        and i.indisvalid
        and i.indpred is null
        and i.indexprs is null
        and (
          select array_agg(a.attname::text)
          from unnest(i.indkey::int2[]) with ordinality as k (attnum, position)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
          where k.position <= i.indnkeyatts
        ) <@ wanted.columns
    );
end
$function$;
comment on function lethe.index_differences() is 'Owner columns whose rows no index finds any more, and columns that no unique index keeps one person''s.';
