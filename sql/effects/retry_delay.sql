-- object: function lethe.retry_delay(integer)
create or replace function lethe.retry_delay(failures integer) returns interval
language sql
set search_path = pg_catalog, pg_temp
as $function$
  -- Half a minute, one, two, four … up to half a day: 25 attempts in about a week. A fifth more or less, so that those
  -- that failed together don't come back together.
  select least(interval '30 seconds' * power(2, least($1 - 1, 20)), interval '12 hours') * (0.8 + 0.4 * random());
$function$;
comment on function lethe.retry_delay(integer) is 'How long an effect waits after so many attempts in vain.';
