/** A full batch: one statement a table, whatever the number of people, and nobody else's rows. */
import { beforeAll, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { despiteDrift, executeDue } from "../../support/scenario.ts";

const db = useDatabase("reference");
const people = Array.from({ length: 750 }, (_, index) => index + 1).filter((n) => n % 3 !== 0);
/** Everybody else of 800. */
const stayed = 300;

beforeAll(async () => {
  await seed(db.sql, { users: 800 });
  await despiteDrift(db.sql);
  await db.sql.unsafe(`
    create table public.statements (table_name text, kind text);
    create function public.note() returns trigger language plpgsql security definer as $$
    begin
      insert into public.statements values (tg_table_name, tg_op);
      return null;
    end $$;
  `);
  for (const name of ["users", "sessions", "comments", "messages", "events", "invoices", "uploads"])
    await db.sql.unsafe(
      `create trigger note after update or delete on public.${name} for each statement execute function public.note()`,
    );
});

test("500 of them: executed at once", async () => {
  expect(people).toHaveLength(500);
  await db.sql`
    select lethe.schedule_deletion(p, case n % 3 when 1 then 'anonymize' else 'hard_delete' end, null, '0')
    from unnest(${people.map((n) => userId(n))}::uuid[], ${people}::integer[]) as q (p, n)
  `;
  await db.sql`truncate statements`;
  expect(await executeDue(db.sql)).toEqual({ executed: 500, failed: 0, blocked: 0, remaining: "0" });
});

test("two strategies, so at most one statement of each", async () => {
  const counted = await db.sql<{ table_name: string; kind: string; times: number }[]>`
    select table_name, kind, count(*)::integer as times from statements group by 1, 2 order by 1, 2
  `;
  const times = Object.fromEntries(counted.map((row) => [`${row.kind} ${row.table_name}`, row.times]));
  expect(times).toEqual({
    "DELETE comments": 2,
    "UPDATE comments": 1,
    "DELETE events": 1,
    "UPDATE events": 1,
    "UPDATE invoices": 2,
    "DELETE messages": 1,
    "UPDATE messages": 3,
    // The third is the foreign key's own cascade from the row that goes: nothing is left for it.
    "DELETE sessions": 3,
    "DELETE uploads": 2,
    "DELETE users": 1,
    "UPDATE users": 1,
  });
});

test("nobody else lost anything", async () => {
  const [left] = await db.sql`
    with others as (select id from users where deleted_at is null)
    select (select count(*) from others)::integer as people,
      (select count(*) from sessions s join others o on o.id = s.user_id)::integer as sessions,
      (select count(*) from totp_credentials c join others o on o.id = c.user_id)::integer as totp,
      (select count(*) from comments c join others o on o.id = c.author_id where c.body <> '[deleted]')::integer as comments,
      (select count(*) from messages m join others o on o.id = m.sender_id where m.body <> '[deleted]')::integer as messages,
      (select count(*) from events e join others o on o.id = e.user_id where e.ip is not null)::integer as events
  `;
  expect(left).toEqual({
    people: stayed,
    sessions: stayed * 2,
    totp: stayed,
    comments: stayed * 3,
    messages: stayed * 3,
    events: stayed * 20,
  });
});

test("max bounds a call, and remaining says how many are left", async () => {
  const rest = [751, 752, 754, 755, 757].map((n) => userId(n));
  await db.sql`select lethe.schedule_deletion(p, null, null, '0') from unnest(${rest}::uuid[]) p`;
  expect(await executeDue(db.sql, 3)).toMatchObject({ executed: 3, remaining: "2" });
  expect(await executeDue(db.sql, 3)).toMatchObject({ executed: 2, remaining: "0" });
  await expect(executeDue(db.sql, 0)).rejects.toMatchObject({ code: "22023" });
});
