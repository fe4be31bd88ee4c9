-- object: function lethe.refuse(text, {{key}}, text, text, jsonb)
create or replace function lethe.refuse(
  code text,
  subject {{key}},
  message text,
  hint text default null,
  facts jsonb default '{}'
) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
  raise exception using
    errcode = code,
    message = message,
    detail = (jsonb_build_object('subject', subject::text) || facts)::text,
    hint = coalesce(hint, '');
end
$function$;
comment on function lethe.refuse(text, {{key}}, text, text, jsonb) is
  'Raises one of Lethe''s errors: SQLSTATE LT0xx, the subject in DETAIL as JSON, the remedy in HINT.';
