-- object: function lethe.start_running({{key}}[])
create or replace function lethe.start_running(subjects {{key}}[]) returns void
language sql
set search_path = pg_catalog, pg_temp
as $function$
  insert into lethe.running (subject_id)
  select distinct s.id from unnest($1) as s (id);
$function$;
comment on function lethe.start_running({{key}}[]) is 'From here on triggers know this transaction''s work on the subjects for Lethe''s own.';
