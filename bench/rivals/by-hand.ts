/**
 * The best hand-written way: one function a batch, so one round trip and one transaction; whose turn it is stands in the
 * user's row. No request, no event, no check that it worked.
 */
import { statements } from "./by-hand-sql.ts";
import type { Rival } from "./rival.ts";

export const byHand: Rival = {
  name: "by hand",
  install: async (sql, { shape, way }) => {
    await sql.unsafe(`
      create index users_due on users (scheduled_deletion_at) where scheduled_deletion_at is not null;
      create function erase_due(max integer) returns integer language plpgsql
      set plan_cache_mode = force_generic_plan as $$
      declare
        people uuid[];
      begin
        people := array(
          select id from users where scheduled_deletion_at <= now()
          order by scheduled_deletion_at limit max for update skip locked
        );
        ${statements(shape, way)}
        return cardinality(people);
      end $$;
    `);
  },
  schedule: async (sql, people) => {
    await sql`update users set deleted_at = now(), scheduled_deletion_at = now(), unconfirmed_email = null
      where id = any(${people})`;
  },
  erase: async (sql, _people, { batch }) => {
    for (;;) {
      const [done] = await sql`select erase_due(${batch})`;
      if (Number(done?.erase_due) < batch) return;
    }
  },
};
