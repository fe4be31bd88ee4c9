-- object: function lethe.begin_execution(bigint[], xid)
create or replace function lethe.begin_execution(requests bigint[], since xid) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
  update lethe.deletion_request r
  set state = 'executing',
      effects_since = $2,
      -- There is no way back from here: an erasure in steps keeps no original for weeks, but for the values by which
      -- rows of other tables are still to be found, and what the application's own steps asked for.
      preserved = (
        select jsonb_object_agg(kept.key, kept.value)
        from jsonb_each(r.preserved) kept
        where kept.key in ('matches', 'steps')
      )
  where r.id = any ($1);
$function$;
comment on function lethe.begin_execution(bigint[], xid) is
  'Marks requests as executing whose erasure goes in steps; once that is committed they can''t be cancelled.';
