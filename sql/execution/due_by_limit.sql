-- object: function lethe.due_by_limit()
-- roles: admin worker
create or replace function lethe.due_by_limit() returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
  -- The month of Art. 12(3) matters more than quiet hours.
  select case when lethe.in_window() then 'infinity' else now() + interval '2 days' end;
$function$;
comment on function lethe.due_by_limit() is
  'The worker may go on with requests whose due_by is before this: all in the window, outside it those due within two days.
   Ask in a subquery, (select lethe.due_by_limit()): once a statement, not for each row.';
