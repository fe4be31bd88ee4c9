-- The triggers of the tables in $1 (their oids as text); PostgreSQL's own (foreign keys) are left out.
with triggers as materialized (
  select tg.*
  from pg_trigger tg
  where tg.tgrelid = any ($1::text::oid[])
    and not tg.tgisinternal
),
functions as materialized (
  -- Once a function, however many triggers call it.
  select
    p.oid,
    n.nspname || '.' || p.proname as name,
    encode(sha256(convert_to(pg_get_functiondef(p.oid), 'UTF8')), 'hex') as hash,
    case when l.lanname in ('plpgsql', 'sql') then (
      select json_agg(distinct lower(regexp_replace(m.found[1], '["\s]', '', 'g')))
      from regexp_matches(
        -- What is commented out is not done.
        regexp_replace(p.prosrc, '--[^\n]*|/\*.*?\*/', '', 'g'),
        '\minsert\s+into\s+((?:"[^"]+"|[[:alnum:]_$]+)(?:\s*\.\s*(?:"[^"]+"|[[:alnum:]_$]+))?)',
        'gi'
      ) as m (found)
    ) end as writes
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang
  where p.oid in (select tgfoid from triggers)
)
select
  tg.tgrelid::text as relation,
  tg.tgname::text as name,
  tg.tgtype::integer as type,
  (
    select json_agg(a.attname order by a.attnum)
    from pg_attribute a
    where a.attrelid = tg.tgrelid
      and a.attnum = any (tg.tgattr::int2[])
  ) as update_of,
  f.name as function,
  f.hash as function_hash,
  f.writes,
  -- 'R' fires only where a replica applies changes, 'D' never.
  tg.tgenabled in ('O', 'A') as enabled,
  case when tg.tgqual is not null then pg_get_triggerdef(tg.oid) end as definition,
  format('trigger %I on %I.%I', tg.tgname, n.nspname, c.relname) as own
from triggers tg
join functions f on f.oid = tg.tgfoid
join pg_class c on c.oid = tg.tgrelid
join pg_namespace n on n.oid = c.relnamespace
