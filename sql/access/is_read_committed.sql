-- object: function lethe.is_read_committed()
create or replace function lethe.is_read_committed() returns boolean
language sql
stable
-- No settings of its own, so that it is inlined: whoever calls it has pinned the path.
as $function$
  -- Under REPEATABLE READ a statement after the lock still sees the world as it was before it,
  -- and a session that was opened meanwhile would survive.
  select current_setting('transaction_isolation') in ('read committed', 'read uncommitted');
$function$;
comment on function lethe.is_read_committed() is 'Does each statement of this transaction see what was committed before it?';
