-- object: view lethe.annotated_relation
create or replace view lethe.annotated_relation as
select t.table_name,
       t.class,
       t.strategies,
       t.removes,
       t.survives,
       c.oid as relation,
       c.relowner as owner,
       c.relrowsecurity and c.relforcerowsecurity as forced,
       t.privileges,
       c.relrowsecurity as row_security
from lethe.annotated_table t
join pg_catalog.pg_class c
  on c.oid = to_regclass(
    format('%I.%I', split_part(t.table_name, '.', 1), substr(t.table_name, strpos(t.table_name, '.') + 1))
  )
where c.relkind in ('r', 'p', 'f');
comment on view lethe.annotated_relation is 'Annotated tables that are there.';
