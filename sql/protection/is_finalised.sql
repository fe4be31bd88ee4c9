-- object: function lethe.is_finalised({{key}})
create or replace function lethe.is_finalised(subject {{key}}) returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
  -- The latest request: somebody new may come, and go, under the key of a row that was deleted.
  return coalesce((
    select r.state in ('executing', 'erased', 'completed')
    from lethe.deletion_request r
    where r.subject_id = is_finalised.subject
    order by r.id desc
    limit 1
  ), false);
end
$function$;
comment on function lethe.is_finalised({{key}}) is
  'Has the erasure of whoever had this key last begun, or been done? Known from requests, never from the marks alone.';
