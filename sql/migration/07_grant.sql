-- Gives exactly these roles the privilege, and takes it from everybody else but the owner.
create or replace procedure pg_temp.lethe_grant(object text, privilege text, roles name[])
language plpgsql as $helper$
begin
  perform pg_temp.lethe_require_transaction();
  insert into lethe_run (object, roles) values ('grant ' || privilege || ' on ' || object, roles);
  perform pg_temp.lethe_set_privilege(object, privilege, roles);
end
$helper$;

create or replace function pg_temp.lethe_set_privilege(object text, privilege text, roles name[]) returns void
language plpgsql as $helper$
declare
  part constant text[] := regexp_match(object, '^(function|procedure|view|table|schema) (.*)$');
  acl aclitem[];
  owner oid;
  relation oid;
  keyword text;
  grantee record;
begin
  if part[1] in ('function', 'procedure') then
    keyword := part[1];
    select coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner into acl, owner
    from pg_proc p where p.oid = part[2]::regprocedure;
  elsif part[1] = 'schema' then
    keyword := 'schema';
    select coalesce(n.nspacl, acldefault('n', n.nspowner)), n.nspowner into acl, owner
    from pg_namespace n where quote_ident(n.nspname) = part[2];
  else
    keyword := 'table';
    select coalesce(c.relacl, acldefault('r', c.relowner)), c.relowner, c.oid into acl, owner, relation
    from pg_class c where c.oid = part[2]::regclass;
  end if;
  for grantee in
    select distinct a.grantee,
           case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as name
    from (
      select e.grantee,
             e.grantee <> 0 and pg_get_userbyid(e.grantee) = any (roles) and e.privilege_type = upper(privilege) as wanted
      from aclexplode(acl) e
      union all
      -- A right to a single column is never one of ours.
      select e.grantee, false
      from pg_attribute c, aclexplode(c.attacl) e
      where c.attrelid = relation
    ) a
    where a.grantee <> owner and not a.wanted
  loop
    execute format('revoke all on %s %s from %s', keyword, part[2], grantee.name);
  end loop;
  for grantee in
    select quote_ident(r) as name
    from unnest(roles) r
    where r::text <> pg_get_userbyid(owner)
      and not exists (
        select from aclexplode(acl) a
        where a.grantee <> 0 and pg_get_userbyid(a.grantee) = r and a.privilege_type = upper(privilege)
      )
  loop
    execute format('grant %s on %s %s to %s', privilege, keyword, part[2], grantee.name);
  end loop;
end
$helper$;
