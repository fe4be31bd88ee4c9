-- object: function lethe.catalog_mark()
create or replace function lethe.catalog_mark() returns text
language sql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
  -- Every change of a catalog row gives it another xmin; rows that come and go change the counts.
  with relation as materialized (
    select a.relation from lethe.annotated_relation a
  )
  select concat_ws(
    ' ',
    (select a.hash from lethe.annotation a),
    current_user,
    (
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', c.oid, c.xmin), 0)))
      from relation r join pg_class c on c.oid = r.relation
    ),
    (
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', a.attrelid, a.attnum, a.xmin), 0)))
      from relation r join pg_attribute a on a.attrelid = r.relation
    ),
    (
      -- A foreign key has triggers on the table that it points at, too.
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', g.oid, g.xmin), 0)))
      from relation r join pg_trigger g on g.tgrelid = r.relation
    ),
    (
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', k.oid, k.xmin), 0)))
      from relation r join pg_constraint k on k.conrelid = r.relation
    ),
    (
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', i.indexrelid, i.xmin), 0)))
      from relation r join pg_index i on i.indrelid = r.relation
    ),
    (
      select concat(count(*), ':', sum(hashtextextended(concat_ws(' ', y.oid, y.xmin), 0)))
      from relation r join pg_policy y on y.polrelid = r.relation
    ),
    (select concat(count(*), ':', sum(hashtextextended(m.xmin::text, 0))) from pg_auth_members m)
  );
$function$;
comment on function lethe.catalog_mark() is
  'Another text whenever an annotated table, or what hangs on it, was changed: a cheap question before the look for drift.';
