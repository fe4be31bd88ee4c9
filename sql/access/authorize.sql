-- object: function lethe.authorize({{key}})
create or replace function lethe.authorize(subject {{key}}) returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
declare
  me constant {{key}} := lethe.current_subject();
begin
  if subject is null then
    perform lethe.refuse('LT006', subject, 'no subject was named', 'Pass the key of the person to be deleted.');
  end if;
  if me = subject then
    return 'self';
  end if;
  if me is null then
    if lethe.is_service() then
      return 'service';
    end if;
    perform lethe.refuse('LT005', subject, 'nobody is signed in',
      'Set the signed-in subject (access.currentUser), or call as one of access.worker or as the owner.');
  end if;
  if lethe.is_admin() then
    return 'admin';
  end if;
  perform lethe.refuse('LT005', subject, 'not allowed to act for another person',
    'Only an administrator (access.admin) may name somebody else.');
end
$function$;
comment on function lethe.authorize({{key}}) is
  'Who is calling: self, admin (somebody else is signed in) or service (nobody is). LT005 otherwise.';
