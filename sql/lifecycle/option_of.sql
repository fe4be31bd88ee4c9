-- object: function lethe.option_of({{key}}, text)
create or replace function lethe.option_of(subject {{key}}, option text) returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
  -- The open request's option; without a request, what the annotation takes by default.
  select coalesce(
    (
      select (r.options ->> $2)::boolean
      from lethe.deletion_request r
      where r.subject_id = $1 and r.state in ('scheduled', 'executing')
    ),
    (select (a.options ->> $2)::boolean from lethe.annotation a),
    false
  );
$function$;
comment on function lethe.option_of({{key}}, text) is 'An option of the subject''s open request, or its default.';
