-- The row security policies of the tables in $1 (their oids as text).
select
  p.polrelid::text as relation,
  p.polname::text as name,
  p.polpermissive as permissive,
  case p.polcmd
    when 'r' then 'select'
    when 'a' then 'insert'
    when 'w' then 'update'
    when 'd' then 'delete'
    else 'all'
  end as command,
  (
    -- Role 0 is PUBLIC.
    select json_agg(case when r.role = 0 then 'public' else pg_get_userbyid(r.role)::text end)
    from unnest(p.polroles) as r (role)
  ) as roles,
  pg_get_expr(p.polqual, p.polrelid) as using_expression,
  pg_get_expr(p.polwithcheck, p.polrelid) as check_expression,
  format('policy %I on %I.%I', p.polname, n.nspname, c.relname) as own
from pg_policy p
join pg_class c on c.oid = p.polrelid
join pg_namespace n on n.oid = c.relnamespace
where p.polrelid = any ($1::text::oid[])
