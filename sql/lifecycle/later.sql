-- object: function lethe.later(timestamptz, interval)
create or replace function lethe.later(moment timestamptz, span interval) returns timestamptz
language sql
immutable
-- No settings of its own, so that it is inlined: whoever calls it has pinned the path.
as $function$
  -- In UTC: two weeks across a change of clocks are two weeks, whatever the session's TimeZone.
  select (moment at time zone 'UTC' + span) at time zone 'UTC';
$function$;
comment on function lethe.later(timestamptz, interval) is 'The moment and a span after it, the same in every session.';
