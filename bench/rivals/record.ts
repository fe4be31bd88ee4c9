/** The tables in which a careful team writes down requests and what became of them. */
export const RECORD = `
  create table erasure_request (
    id bigint generated always as identity primary key, user_id uuid not null, state text not null,
    requested_at timestamptz not null default now(), scheduled_for timestamptz not null, executed_at timestamptz,
    preserved jsonb, cancel_token_hash bytea
  );
  create index on erasure_request (scheduled_for) where state = 'scheduled';
  create unique index on erasure_request (user_id) where state = 'scheduled';
  create unique index on erasure_request (cancel_token_hash) where cancel_token_hash is not null;
  create table erasure_event (
    request_id bigint not null references erasure_request, event text not null, actor text not null,
    at timestamptz not null default clock_timestamp(), primary key (request_id, event)
  );
`;
