/** Lethe as the worker calls it. */
import type postgres from "postgres";
import { installLethe } from "../../test/support/schema-case.ts";
import { erasureOf } from "../application/erasure.ts";
import type { Rival } from "./rival.ts";

export const lethe: Rival = {
  name: "lethe",
  install: async (sql, { shape }) => {
    await installLethe(sql, erasureOf(shape));
  },
  schedule: (sql, people, { way }) => scheduleAll(sql, people, way),
  erase: async (sql, _people, { batch }) => {
    for (;;) {
      const [done] = await sql`select * from lethe.execute_due_deletions(${batch})`;
      if (Number(done?.failed) + Number(done?.blocked) > 0) throw new Error("somebody couldn't be erased");
      // What is left and can't be had, another worker has.
      if (Number(done?.remaining) === 0 || Number(done?.executed) === 0) return;
    }
  },
};

/**
 * Schedules with the real function, and puts sessions and tokens back, which it deletes at once: every rival erases the
 * same rows.
 */
async function scheduleAll(sql: postgres.Sql, people: string[], way: string): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local search_path = pg_temp, public`;
    for (const table of ["sessions", "tokens"])
      await tx`create temporary table ${tx(`kept_${table}`)} on commit drop as
        select * from ${tx(table)} where user_id = any(${people})`;
    await tx`select lethe.schedule_deletion(id, ${way}, grace => '0') from unnest(${people}::uuid[]) id`;
    await tx`set local session_replication_role = replica`;
    for (const table of ["sessions", "tokens"])
      await tx`insert into ${tx(table)} overriding system value select * from ${tx(`kept_${table}`)}`;
  });
}
