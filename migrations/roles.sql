-- The roles of the reference application. Roles belong to the cluster, not to a database, so graphile-migrate
-- runs this file as root after a reset (.gmrc, afterReset); tests, demo and `npm run db` run it as well.
-- Idempotent, and safe when two databases of one cluster are prepared at the same time.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['app_user', 'app_admin', 'app_worker'] loop
    begin
      if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
        execute pg_catalog.format('create role %I nologin', role_name);
      end if;
    exception
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end
$$;
