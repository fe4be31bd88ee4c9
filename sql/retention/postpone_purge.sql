-- object: function lethe.postpone_purge(integer, lethe.retained[], text)
create or replace function lethe.postpone_purge(retention integer, entries lethe.retained[], error text) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
  -- An hour, two, four … up to a month.
  update lethe.retained r
  set attempts = r.attempts + 1,
      next_attempt_at = now() + least(interval '1 hour' * power(2, least(r.attempts, 10)), interval '30 days'),
      last_error = left($3, 200)
  where r.ctid = any (lethe.retained_places($1, $2));
$function$;
comment on function lethe.postpone_purge(integer, lethe.retained[], text) is
  'Counts a failed purge and puts the entries back with a growing delay. error: SQLSTATE, table, constraint; never a message.';
