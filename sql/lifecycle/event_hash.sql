-- object: function lethe.event_hash(bytea, bigint, integer, text, text, timestamptz, jsonb)
create or replace function lethe.event_hash(
  previous bytea,
  request_id bigint,
  seq integer,
  event text,
  actor text,
  at timestamptz,
  details jsonb
) returns bytea
language sql
stable
-- No settings of its own, so that it is inlined: whoever calls it has pinned the path.
as $function$
  -- Microseconds since the epoch: a timestamp's text would change with TimeZone.
  select sha256(
    coalesce(previous, ''::bytea)
    || convert_to(
         jsonb_build_array(request_id, seq, event, actor, (extract(epoch from at) * 1000000)::bigint, details)::text,
         'UTF8'
       )
  );
$function$;
comment on function lethe.event_hash(bytea, bigint, integer, text, text, timestamptz, jsonb) is
  'The hash of one event, which covers the one before it.';
