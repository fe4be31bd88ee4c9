/** The same with a record: a table of requests that are claimed and closed, and an event for each. */
import { statements } from "./by-hand-sql.ts";
import { RECORD } from "./record.ts";
import type { Rival } from "./rival.ts";

export const byHandRecorded: Rival = {
  name: "by hand, with requests and events",
  install: async (sql, { shape, way }) => {
    await sql.unsafe(`
      ${RECORD}
      create function erase_due(max integer) returns integer language plpgsql
      set plan_cache_mode = force_generic_plan as $$
      declare
        requests bigint[];
        people uuid[];
      begin
        requests := array(
          select id from erasure_request where state = 'scheduled' and scheduled_for <= now()
          order by scheduled_for limit max for update skip locked
        );
        people := array(
          select u.id from users u join erasure_request r on r.user_id = u.id
          where r.id = any(requests) order by u.id for update of u
        );
        ${statements(shape, way)}
        update erasure_request set state = 'completed', executed_at = now(), preserved = null
        where id = any(requests);
        insert into erasure_event (request_id, event, actor) select id, 'executed', 'worker' from unnest(requests) id;
        return cardinality(requests);
      end $$;
    `);
  },
  schedule: async (sql, people) => {
    await sql`
      with marked as (
        update users set deleted_at = now(), scheduled_deletion_at = now(), unconfirmed_email = null
        where id = any(${people})
        returning id, email
      ), requested as (
        insert into erasure_request (user_id, state, scheduled_for, preserved)
        select id, 'scheduled', now(), jsonb_build_object('email', email) from marked
        returning id
      )
      insert into erasure_event (request_id, event, actor) select id, 'scheduled', 'self' from requested
    `;
  },
  erase: async (sql, _people, { batch }) => {
    for (;;) {
      const [done] = await sql`select erase_due(${batch})`;
      if (Number(done?.erase_due) < batch) return;
    }
  },
};
