-- The CHECK constraints of the tables in $1 (their oids as text). NOT NULL, a constraint of its own since 18, is
-- told at the column. A check that is NOT ENFORCED (18 and later) forbids nothing and is left out.
select
  con.conrelid::text as relation,
  con.conname::text as name,
  pg_get_expr(con.conbin, con.conrelid) as expression,
  (
    select json_agg(a.attname order by a.attnum)
    from pg_attribute a
    where a.attrelid = con.conrelid
      and a.attnum = any (con.conkey)
  ) as columns,
  format('constraint %I on %I.%I', con.conname, n.nspname, c.relname) as own
from pg_constraint con
join pg_class c on c.oid = con.conrelid
join pg_namespace n on n.oid = c.relnamespace
where con.contype = 'c'
  and con.conrelid = any ($1::text::oid[])
  and (
    -- Before 18 there is no such column: the bare name then means the outer one.
    select (select conenforced from pg_constraint same where same.oid = con.oid)
    from (values (true)) as older (conenforced)
  )
