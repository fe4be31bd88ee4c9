-- object: view lethe.column_changes
create or replace view lethe.column_changes as
with relation as materialized (
  select r.table_name, r.relation from lethe.annotated_relation r
), present as materialized (
  select r.table_name,
         a.attname::text as column_name,
         format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end as type
  from relation r
  join pg_catalog.pg_attribute a on a.attrelid = r.relation and a.attnum > 0 and not a.attisdropped
), expected as materialized (
  select e.table_name,
         e.column_name,
         e.type || case when e.not_null then ' not null' else '' end as type,
         e.decision
  from lethe.annotated_column e
), added as materialized (
  select a as name from lethe.added_objects() a
)
select table_name,
       column_name,
       e.decision,
       e.type as expected,
       p.type as found
from present p
full join expected e using (table_name, column_name)
where e.type is distinct from p.type
  and (
    e.type is not null
    or not exists (
      select from added a where a.name = replace(format('column %s of %s', column_name, table_name), '"', '')
    )
  );
comment on view lethe.column_changes is
  'Columns of annotated tables that are new, gone, or of another type: the one place that compares them.
   A migration asks before anything else is made, the drift checks ever after.';
