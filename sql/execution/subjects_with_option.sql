-- object: function lethe.subjects_with_option({{key}}[], text, boolean)
create or replace function lethe.subjects_with_option(subjects {{key}}[], option text, wanted boolean) returns {{key}}[]
language sql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
  select coalesce(array_agg(r.subject_id), '{}')
  from lethe.deletion_request r
  where r.subject_id = any ($1)
    and r.state in ('scheduled', 'executing', 'erased', 'completed')
    and coalesce((r.options ->> $2)::boolean, false) = $3
    -- The latest one: somebody erased is looked at again by what they asked for.
    and not (
      select exists (
        select from lethe.deletion_request later where later.subject_id = r.subject_id and later.id > r.id
      )
    );
$function$;
comment on function lethe.subjects_with_option({{key}}[], text, boolean) is
  'Those of the subjects whose request carries the option, or does not.';
