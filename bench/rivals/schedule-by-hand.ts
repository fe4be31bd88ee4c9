/**
 * Scheduling one deletion by hand, in one round trip, in the two best ways: one plpgsql call and one statement. Both do
 * what schedule_deletion() promises: the person's row is locked, a request is written with the originals that a
 * cancellation puts back and the hash of a one-time token, sessions and tokens go, the pending address goes, the row is
 * marked, an event is written. Nobody asks who is calling, whether something blocks, or whether a cooldown runs; the event
 * has no hash, and no worker is notified.
 */
import { RECORD } from "./record.ts";

export const SCHEDULE_BY_HAND = `
  ${RECORD}
  create function schedule_by_hand(person uuid, out request bigint, out token text) language plpgsql
  set plan_cache_mode = force_generic_plan as $$
  declare
    due constant timestamptz := now() + interval '14 days';
    found_user record;
  begin
    select email, unconfirmed_email, deleted_at into found_user from users where id = person for update;
    if not found or found_user.deleted_at is not null then
      raise exception 'no such user, or already scheduled';
    end if;
    token := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    insert into erasure_request (user_id, state, scheduled_for, preserved, cancel_token_hash)
    values (person, 'scheduled', due,
      jsonb_build_object('email', found_user.email, 'unconfirmed_email', found_user.unconfirmed_email),
      sha256(convert_to(token, 'UTF8')))
    returning id into request;
    delete from sessions where user_id = person;
    delete from tokens where user_id = person;
    update users set deleted_at = now(), scheduled_deletion_at = due, unconfirmed_email = null where id = person;
    insert into erasure_event (request_id, event, actor) values (request, 'scheduled', 'self');
  end $$;
`;

export const SCHEDULE_STATEMENT = `
  with token as (
    select replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') as plain
  ), person as (
    select id, email, unconfirmed_email from users where id = $1 and deleted_at is null for update
  ), requested as (
    insert into erasure_request (user_id, state, scheduled_for, preserved, cancel_token_hash)
    select person.id, 'scheduled', now() + interval '14 days',
      jsonb_build_object('email', email, 'unconfirmed_email', unconfirmed_email), sha256(convert_to(plain, 'UTF8'))
    from person, token
    returning id
  ), signed_out as (
    delete from sessions using person where user_id = person.id
  ), without_tokens as (
    delete from tokens using person where user_id = person.id
  ), marked as (
    update users set deleted_at = now(), scheduled_deletion_at = now() + interval '14 days', unconfirmed_email = null
    from person where users.id = person.id
  ), recorded as (
    insert into erasure_event (request_id, event, actor) select id, 'scheduled', 'self' from requested
  )
  select requested.id, token.plain from requested, token
`;
