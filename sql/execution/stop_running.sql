-- object: function lethe.stop_running({{key}}[])
create or replace function lethe.stop_running(subjects {{key}}[]) returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
  delete from lethe.running u where u.subject_id = any ($1);
$function$;
comment on function lethe.stop_running({{key}}[]) is 'Closes the door that start_running() opened, for whatever follows in the transaction.';
