-- object: function lethe.explained_request({{key}}, text)
create or replace function lethe.explained_request(subject {{key}}, strategy text) returns lethe.deletion_request
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_variable
declare
  request lethe.deletion_request;
begin
  select r.* into request
  from lethe.deletion_request r
  where r.subject_id = subject and r.state in ('scheduled', 'executing');
  if not found then
    select a.options, lethe.later(now(), a.grace_period)
      into strict request.options, request.scheduled_for
    from lethe.annotation a;
    request.subject_id := subject;
    request.requested_at := now();
  end if;
  request.strategy := strategy;
  return request;
end
$function$;
comment on function lethe.explained_request({{key}}, text) is
  'The open request as it would be with this strategy; without one, what it would be if it were scheduled now. For dry runs.';
