-- object: function lethe.came_later(xid, xid)
create or replace function lethe.came_later(version xid, since xid) returns boolean
language sql
stable
-- No settings of its own, so that it is inlined: whoever calls it has pinned the path.
as $function$
  -- What this transaction wrote itself isn't committed, in whichever of its parts. By age, since the number alone begins
  -- anew after four thousand million.
  select age(version) <= age(since)
    and pg_xact_status((pg_current_xact_id()::text::bigint - age(version))::text::xid8) = 'committed';
$function$;
comment on function lethe.came_later(xid, xid) is
  'Was a row (its xmin) written by somebody else whom a look at the time of since may have missed? Rather yes than no.';
