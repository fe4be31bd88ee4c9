-- object: function lethe.start_running({{key}}[], xid)
create or replace function lethe.start_running(subjects {{key}}[], since xid) returns void
language sql
set search_path = pg_catalog, pg_temp
as $function$
  insert into lethe.running (subject_id, since)
  select distinct s.id, $2 from unnest($1) as s (id);
$function$;
comment on function lethe.start_running({{key}}[], xid) is
  'From here on triggers know this transaction''s work on the subjects for Lethe''s own. since: of the look for their effects.';
