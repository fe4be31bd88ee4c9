-- object: function lethe.access_differences()
create or replace function lethe.access_differences() returns setof lethe.difference
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $function$
begin
  -- Called by a function that runs with its definer's rights: current_user is whoever Lethe works as.
  return query
  select r.table_name,
         pg_get_userbyid(r.owner)::text,
         'owner',
         case
           when r.privileges is null then format('%I, or a role that it is a member of', current_user)
           else format('%I may %s', current_user, array_to_string(r.privileges, ', '))
         end,
         pg_get_userbyid(r.owner)::text,
         'error',
         r.strategies
  from lethe.annotated_relation r
  where cardinality(r.strategies) > 0
    and not pg_has_role(current_user, r.owner, 'usage')
    and (
      r.privileges is null
      or exists (
        select from unnest(r.privileges) p where not has_table_privilege(current_user, r.relation, p)
      )
    );

  return query
  select r.table_name, r.table_name, 'row security', 'not forced on its owner', 'forced', 'error', r.strategies
  from lethe.annotated_relation r
  where cardinality(r.strategies) > 0
    and (r.forced or (r.row_security and not pg_has_role(current_user, r.owner, 'usage')))
    and not exists (
      select from pg_roles m where m.rolname = current_user and (m.rolsuper or m.rolbypassrls)
    );
end
$function$;
comment on function lethe.access_differences() is 'Tables on which Lethe''s functions have lost the owner''s rights.';
