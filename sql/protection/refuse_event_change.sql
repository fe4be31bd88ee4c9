-- object: function lethe.refuse_event_change()
create or replace function lethe.refuse_event_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
  perform lethe.refuse('LT005', null, 'the event log is append-only',
    'What happened stays on record; later events say what changed.');
  return null;
end
$function$;
comment on function lethe.refuse_event_change() is 'Refuses UPDATE, DELETE and TRUNCATE of the event log.';
