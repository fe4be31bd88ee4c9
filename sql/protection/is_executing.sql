-- object: function lethe.is_executing({{key}})
create or replace function lethe.is_executing(subject {{key}}) returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $function$
  select exists (
    select
    from lethe.deletion_request r
    where r.subject_id = subject
      and r.state = 'executing'
      and r.executing_xact = pg_current_xact_id_if_assigned()
  );
$function$;
comment on function lethe.is_executing({{key}}) is
  'Is this transaction Lethe''s own work on the subject? Known by data alone: a role or a setting could be forged.';
