-- object: function lethe.export_subject({{key}})
-- roles: app admin worker
create or replace function lethe.export_subject(subject {{key}}) returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
-- The same bytes whoever asks, wherever they are.
set timezone = 'UTC'
set bytea_output = 'hex'
set intervalstyle = 'iso_8601'
as $function$
#variable_conflict use_variable
declare
  answer jsonb;
begin
  perform lethe.authorize(subject);
  select coalesce(jsonb_object_agg(e.table_name, e.rows), '{}')
    into strict answer
  from lethe.collect_export(subject) e;
  if not lethe.is_live(subject) and not lethe.is_marked(subject) then
    perform lethe.refuse('LT006', subject, 'no such subject', 'Check the key; after hard_delete there is no row left.');
  end if;
  return answer;
end
$function$;
comment on function lethe.export_subject({{key}}) is
  'What the annotation says is a person''s (GDPR Art. 15 and 20): an array of rows under each table''s name, ordered by
   primary key, tables without rows left out. Never secrets, second factors or what looks like a token; of sessions and
   credentials what describes them. Keys of other people are null. Of rows that only name the person (messages
   received) the key and what isn''t personal. Times are UTC. One consistent state, whatever is written meanwhile.
   Errors: LT005 not allowed, LT006 no such subject.';
