-- Effects get everything that their delivery needs; a request knows the end of its event chain, and what was erased.
alter table lethe.effect
  add column handler text not null default '',
  add column at text not null default 'execute' check (at in ('schedule', 'before', 'cancel', 'execute')),
  add column after text[] not null default '{}',
  add column required boolean not null default false,
  add column idempotency_key uuid not null default gen_random_uuid(),
  add column deliver_after timestamptz not null default now(),
  add column next_attempt_at timestamptz default now(),
  add column attempts integer not null default 0,
  add column failures integer not null default 0,
  add column withdrawn boolean not null default false,
  add column last_error text,
  add column receipt jsonb;
alter table lethe.effect
  alter column handler drop default,
  alter column at drop default;
comment on column lethe.effect.handler is 'Who delivers it: a name in lethe.effects.ts.';
comment on column lethe.effect.at is 'What caused it: schedule, before (the execution), cancel, execute.';
comment on column lethe.effect.after is 'Names of effects of the same request that have to be done or skipped first.';
comment on column lethe.effect.required is 'The execution waits until it is done or skipped.';
comment on column lethe.effect.payload is 'Personal values, captured before they were erased. Null once they aren''t needed any more.';
comment on column lethe.effect.idempotency_key is 'The same for every attempt: a service that knows it does the work once.';
comment on column lethe.effect.deliver_after is 'Not before; a reminder''s day.';
comment on column lethe.effect.next_attempt_at is
  'When it may be claimed; while it is delivering, when the lease is over. Null while it waits for others, and at the end.';
comment on column lethe.effect.attempts is 'How often it was claimed. The number of a claim: whoever held an earlier one changes nothing any more.';
comment on column lethe.effect.failures is 'Attempts in vain that count: at lethe.annotation.effect_attempts it is a dead letter.';
comment on column lethe.effect.withdrawn is 'What it was for is over (cancelled, executed) while it was under way: it ends as skipped, and isn''t tried again.';
comment on column lethe.effect.last_error is 'A code such as http_503, timeout, ECONNREFUSED; never a message, which may hold values.';
comment on column lethe.effect.receipt is 'What the service said, without personal values: a status, a request id, a count.';

-- By handler: the many effects of a service that is down stand in nobody else's way.
create index effect_due on lethe.effect (handler, next_attempt_at)
  where state in ('pending', 'delivering');
create index effect_leased on lethe.effect (next_attempt_at)
  where state = 'delivering';
create index effect_open on lethe.effect (request_id, name)
  where state in ('pending', 'delivering', 'failed');

create type lethe.claimed_effect as (
  effect_id bigint,
  request_id bigint,
  name text,
  at text,
  payload jsonb,
  idempotency_key uuid,
  attempt integer
);
comment on type lethe.claimed_effect is 'What claim_effects() hands to a worker. The attempt is the number of the claim.';

create type lethe.effect_result as (
  effect bigint,
  attempt integer,
  state text,
  code text,
  retry_after_ms double precision,
  receipt jsonb
);
comment on type lethe.effect_result is
  'What a worker says of one delivery: done, skipped, retry (failed in passing), failed (for good), unavailable (not tried).';

alter table lethe.annotation
  add column effect_attempts integer not null default 25 check (effect_attempts > 0),
  add column payload_retention interval not null default '90 days';
comment on column lethe.annotation.effect_attempts is 'After so many attempts in vain an effect is a dead letter.';
comment on column lethe.annotation.payload_retention is 'How long the payload of an effect that never succeeds is kept.';

-- Without an end that is written down elsewhere, events cut off the end of a log wouldn't be missed.
alter table lethe.deletion_request
  add column event_count integer not null default 0,
  add column event_head bytea,
  add column erased jsonb;
comment on column lethe.deletion_request.event_count is 'How many events the request has.';
comment on column lethe.deletion_request.event_head is 'The hash of the last one, which covers all before it.';
comment on column lethe.deletion_request.erased is 'Rows erased so far by table and action, while an erasure goes in steps.';
update lethe.deletion_request r
set event_count = e.seq,
    event_head = e.hash
from (
  select distinct on (v.request_id) v.request_id, v.seq, v.hash
  from lethe.deletion_event v
  order by v.request_id, v.seq desc
) e
where e.request_id = r.id;

-- How many rows each statement of an erasure touched, until the end of its transaction, which takes them into the events.
-- Nothing of it has to survive a crash.
create unlogged table lethe.erased_rows (
  id bigint generated always as identity primary key,
  xact xid8 not null,
  strategy text not null,
  table_name text not null,
  action text not null,
  rows bigint not null
);
comment on table lethe.erased_rows is 'Counts of the erasure that is under way in a transaction; empty outside of it.';
create index erased_rows_xact on lethe.erased_rows (xact);
