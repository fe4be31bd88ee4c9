-- object: function lethe.came_later(xid, xid)
create or replace function lethe.came_later(version xid, since xid) returns boolean
language sql
-- As pg_xact_status() is; declared otherwise it would be called for each row instead of being put there.
volatile
-- No settings of its own, so that it is inlined: whoever calls it has pinned the path.
as $function$
  -- What this transaction wrote itself isn't committed, in whichever of its parts. By age, since the number alone begins
  -- anew after four thousand million. In a CASE, which is evaluated in this order: of old rows no number can be reckoned.
  select case
    when age(version) <= age(since)
    then pg_xact_status((pg_current_xact_id()::text::bigint - age(version))::text::xid8) = 'committed'
    else false
  end;
$function$;
comment on function lethe.came_later(xid, xid) is
  'Was a row (its xmin) written by somebody else whom a look at the time of since may have missed? Rather yes than no.';
