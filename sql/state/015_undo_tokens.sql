-- A token that goes out with a mail is made when the mail is, and not days before: until then its place is held.
alter table lethe.effect
  add column token_place text,
  add column token_hash bytea;
comment on column lethe.effect.token_place is
  'What stands in the payload for the token until a worker claims the effect for the first time.';
comment on column lethe.effect.token_hash is 'sha256 of the effect''s own token for cancel_deletion_by_token().';
create unique index effect_token on lethe.effect (token_hash)
  where token_hash is not null;
