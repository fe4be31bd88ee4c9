-- The last look, with everything in place: a difference that would make requests wait makes the migration fail instead.
create or replace procedure pg_temp.lethe_verify_drift()
language plpgsql as $helper$
declare
  differences text;
begin
  select string_agg(
           format('%s: %s %s: expected %s, found %s', d.table_name, d.kind, d.object, d.expected, d.found),
           E'\n' order by d.table_name, d.kind, d.object
         )
  into differences
  from lethe.drift d
  -- A new trigger holds up no execution, but nobody can have decided about it when this file was generated.
  where d.severity = 'error' or (d.kind = 'trigger' and cardinality(d.strategies) > 0);
  if differences is null then
    return;
  elsif exists (select from lethe.annotation a where a.drift = 'warn') then
    raise warning E'the database is not the one that this migration was generated for:\n%', differences;
    return;
  end if;
  raise exception E'the database is not the one that this migration was generated for:\n%', differences
    using errcode = 'LT009',
          hint = 'Run `lethe sync`, decide what is new, and generate the migration again.';
end
$helper$;
