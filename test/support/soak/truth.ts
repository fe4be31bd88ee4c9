/** What the database says of everybody once the soak is over, held against the model. */
import type postgres from "postgres";
import type { Person } from "./model.ts";
import { emailOf } from "./world.ts";

/** In words, person by person; empty where all is as it must be. */
export async function untruths(sql: postgres.Sql, people: Person[]): Promise<string[]> {
  const rows = await sql`
    select p.id::integer as id, p.email, p.name, p.password,
           p.deleted_at is not null as left_us, p.scheduled_deletion_at is not null as is_due,
           (select count(*)::integer from sessions t where t.person_id = p.id) as sessions,
           (select count(*)::integer from passkeys t where t.person_id = p.id) as passkeys,
           (select count(*)::integer from posts t where t.person_id = p.id) as posts,
           (select count(*)::integer from posts t where t.person_id = p.id and t.body <> '[deleted]') as legible,
           (select count(*)::integer from visits t where t.person_id = p.id) as visits,
           (select status from lethe.deletion_status(p.id)) as status,
           (select count(*)::integer from lethe.deletion_request r where r.subject_id = p.id) as requests,
           (
             select count(*)::integer
             from lethe.deletion_event e
             join lethe.deletion_request r on r.id = e.request_id
             where r.subject_id = p.id and e.event = 'executed'
           ) as executions,
           (
             select count(*)::integer from lethe.deletion_request r
             where r.subject_id = p.id and r.state <> 'scheduled' and r.preserved is not null
           ) as originals
    from people p
  `;
  const byId = new Map(rows.map((row) => [row.id as number, row]));
  return people.flatMap((person) => {
    const row = byId.get(person.id);
    if (row === undefined) return [`${person.id}: the row is gone`];
    return Object.entries(expected(person))
      .filter(([fact, value]) => row[fact] !== value)
      .map(([fact, value]) => `${person.id}, ${person.state}: ${fact} is ${row[fact]}, not ${value}`);
  });
}

function expected(person: Person): Record<string, unknown> {
  const { id, state, posts, visits, schedules, sessions, passkeys, name } = person;
  const always = { posts, requests: schedules, originals: 0 };
  if (state === "gone")
    return {
      ...always,
      email: `deleted_${id}@deleted.invalid`,
      name: "Somebody",
      password: null,
      left_us: true,
      is_due: false,
      sessions: 0,
      passkeys: 0,
      status: "deleted",
      executions: 1,
    };
  const leaving = state === "scheduled";
  return {
    ...always,
    email: emailOf(id),
    name,
    password: "secret",
    left_us: leaving,
    is_due: leaving,
    sessions,
    passkeys: leaving ? 0 : passkeys,
    legible: posts,
    visits,
    status: leaving ? "scheduled" : "not_scheduled",
    executions: 0,
  };
}
