-- Everything that could change how PostgreSQL prints an expression, pinned for this transaction:
-- with pg_catalog alone on the search path every other name comes out qualified.
select
  set_config('search_path', 'pg_catalog', true),
  set_config('quote_all_identifiers', 'off', true),
  set_config('standard_conforming_strings', 'on', true),
  set_config('datestyle', 'ISO, YMD', true),
  set_config('intervalstyle', 'postgres', true),
  set_config('timezone', 'UTC', true),
  set_config('bytea_output', 'hex', true),
  set_config('extra_float_digits', '1', true),
  set_config('lc_monetary', 'C', true),
  set_config('jit', 'off', true)
