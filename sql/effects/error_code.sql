-- object: function lethe.error_code(text)
create or replace function lethe.error_code(code text) returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $function$
  select case when $1 ~ '^[A-Za-z0-9_ .,:\[\]-]{1,120}$' then $1 when $1 is not null then 'unnamed' end;
$function$;
comment on function lethe.error_code(text) is 'A handler''s code as it may be kept: short, without an address, a URL or a sentence in it.';
