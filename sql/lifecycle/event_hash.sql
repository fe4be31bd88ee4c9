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
  -- The text of a JSON array, put together from its parts: many are computed in a batch, and this takes a third of the time
  -- of jsonb_build_array(). Microseconds since the epoch: a timestamp's text would change with TimeZone.
  select sha256(
    coalesce(previous, ''::bytea)
    || convert_to(
         concat('[', request_id, ', ', seq, ', "', event, '", "', actor, '", ', (extract(epoch from at) * 1000000)::bigint,
                ', ', details, ']'),
         'UTF8'
       )
  );
$function$;
comment on function lethe.event_hash(bytea, bigint, integer, text, text, timestamptz, jsonb) is
  'The hash of one event, which covers the one before it.';
