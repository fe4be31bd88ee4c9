-- The functions run with their owner's rights: without rights on a table they would fail, or erase nothing there.
create or replace function pg_temp.lethe_verify_privileges() returns void
language plpgsql
set search_path = pg_catalog
as $helper$
declare
  problem record;
begin
  for problem in
    select t.table_name, t.privileges, n.nspname as schema_name, n.oid as schema, r.oid as relation, r.relrowsecurity
    from lethe.annotated_table t
    join pg_namespace n on n.nspname = split_part(t.table_name, '.', 1)
    join pg_class r on r.relnamespace = n.oid and n.nspname || '.' || r.relname = t.table_name
    where t.class <> 'keep' and not pg_has_role(current_user, r.relowner, 'usage')
    order by t.table_name
  loop
    if problem.privileges is null then
      raise exception 'this migration must run as the owner of %, or as an inheriting member of its owner', problem.table_name
        using errcode = 'insufficient_privilege',
              hint = 'Run it as the role that owns all annotated tables.';
    elsif not has_schema_privilege(problem.schema, 'usage') then
      raise exception '% may not use the schema %', current_user, problem.schema_name
        using errcode = 'insufficient_privilege',
              hint = format('grant usage on schema %I to %I;', problem.schema_name, current_user);
    elsif exists (select from unnest(problem.privileges) p where not has_table_privilege(problem.relation, p)) then
      raise exception '% lacks privileges on %', current_user, problem.table_name
        using errcode = 'insufficient_privilege',
              hint = format('grant %s on %s to %I;', array_to_string(problem.privileges, ', '),
                problem.relation::regclass, current_user);
    elsif problem.relrowsecurity
      and not exists (select from pg_roles m where m.rolname = current_user and (m.rolsuper or m.rolbypassrls)) then
      raise exception 'row-level security on % would hide rows from %', problem.table_name, current_user
        using errcode = 'insufficient_privilege',
              hint = 'Run it as a role with BYPASSRLS that holds the privileges, or as the owner of the table.';
    end if;
  end loop;
end
$helper$;
