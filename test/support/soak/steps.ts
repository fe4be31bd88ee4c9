/** What each step of the soak says to the database, as the application or the service would. */
import type postgres from "postgres";
import type { Person, Step } from "./model.ts";
import { bodyOf } from "./world.ts";

/** Throws what PostgreSQL says. `n` makes texts different. */
export async function take(sql: postgres.Sql, person: Person, step: Step, n: number): Promise<void> {
  const { id } = person;
  switch (step) {
    case "schedule":
    case "schedule at once": {
      const grace = step === "schedule" ? null : "0";
      const [row] =
        await sql`select cancel_token from lethe.schedule_deletion(${id}, grace => ${grace}::interval)`;
      person.token = row?.cancel_token;
      return;
    }
    case "cancel":
      await sql`select lethe.cancel_deletion(${id})`;
      return;
    case "cancel by token":
      await sql`select lethe.cancel_deletion_by_token(${person.token})`;
      return;
    case "cancel by a wrong token":
      await sql`select lethe.cancel_deletion_by_token(${`wrong ${n}`})`;
      return;
    case "time passes":
      await sql`
        update lethe.deletion_request set cancelled_at = cancelled_at - interval '2 days' where subject_id = ${id}
      `;
      return;
    case "sign in":
      await sql`insert into sessions (person_id) values (${id})`;
      return;
    case "add a passkey":
      await sql`insert into passkeys (person_id, name) values (${id}, ${bodyOf(id, n)})`;
      return;
    case "rename": {
      const name = bodyOf(id, n);
      await sql`update people set name = ${name} where id = ${id}`;
      person.name = name;
      return;
    }
    case "post":
      await sql`insert into posts (person_id, body) values (${id}, ${bodyOf(id, n)})`;
      return;
    case "visit":
      await sql`insert into visits (person_id, page) values (${id}, ${bodyOf(id, n)})`;
      return;
    case "ask":
      await sql`select * from lethe.deletion_status(${id})`;
      return;
    case "delete directly":
      await sql`delete from people where id = ${id}`;
      return;
  }
}
