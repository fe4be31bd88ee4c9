-- object: trigger lethe_append_only on lethe.deletion_event
create or replace trigger lethe_append_only
  before update or delete or truncate on lethe.deletion_event
  for each statement
  execute function lethe.refuse_event_change();
