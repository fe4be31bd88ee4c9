-- object: function lethe.calling_role()
create or replace function lethe.calling_role() returns name
language sql
stable
-- No settings of its own, so that it is inlined: whoever calls it has pinned the path.
as $function$
  -- Inside a definer function current_user is the definer, and session_user sees through SET ROLE.
  select coalesce(nullif(current_setting('role', true), 'none')::name, session_user);
$function$;
comment on function lethe.calling_role() is 'The role that is really asking: SET ROLE if there was one, else the one that logged in.';
