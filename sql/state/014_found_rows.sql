-- Where the rows of an erasure in steps are, found in one look for many steps: a look at each step would pass over all that is
-- done already. A hint and no more: each step looks at owner and content again, and a list that a crash has lost is made anew.
create unlogged table lethe.found_rows (
  request_id bigint not null,
  id bigint generated always as identity,
  operation integer not null,
  places tid[] not null,
  primary key (request_id, id)
);
comment on table lethe.found_rows is 'Places of rows that the next steps of an erasure go through, and by which of its statements.';

create type lethe.places as (
  operation integer,
  places tid[]
);
comment on type lethe.places is 'Rows for one step: the number of the statement, and where they are.';
