/** Somebody's rows can't be erased: the others are, that one waits with a reason, and the work of a call is bounded. */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { despiteDrift, eventsOf, executeDue, newPerson, requestOf } from "../../support/scenario.ts";

const db = useDatabase("reference");

beforeAll(async () => {
  await despiteDrift(db.sql);
  await db.sql.unsafe(`
    create table public.poisoned (user_id uuid primary key, how text not null);
    create table public.shelf (slot text constraint shelf_slot_key unique, full_up boolean
      constraint shelf_never_full check (not full_up));
    insert into public.shelf values ('taken', false);
    create table public.tried (at integer generated always as identity);
    create function public.poison() returns trigger language plpgsql as $$
    declare how text;
    begin
      select p.how into how from public.poisoned p where p.user_id = old.id;
      case how
        when 'raise' then raise exception 'secret.value of %', old.email;
        when 'own' then raise exception 'secret.value of %', old.email using errcode = 'PT409';
        when 'strict' then select u.id into strict how from public.users u where u.name = old.name;
        when 'unique' then insert into public.shelf values ('taken', false);
        when 'check' then insert into public.shelf values ('secret.value', true);
        when 'number' then perform 1 / 0;
        else null;
      end case;
      return new;
    end $$;
    create trigger poison before update of name on public.users for each row execute function public.poison();
  `);
});

afterEach(async () => {
  await db.sql`truncate poisoned`;
  await db.sql`update lethe.deletion_request set next_attempt_at = null where state = 'scheduled'`;
  await executeDue(db.sql);
});

async function batch(size: number): Promise<string[]> {
  const people: string[] = [];
  for (let n = 0; n < size; n++) people.push(await newPerson(db.sql));
  await db.sql`select lethe.schedule_deletion(p, 'anonymize', null, '0') from unnest(${people}::uuid[]) p`;
  return people;
}

const poison = (people: string[], how: string) =>
  db.sql`insert into poisoned select p, ${how} from unnest(${people}::uuid[]) p`;

describe("one of nine", () => {
  test.each([
    ["raise", "P0001"],
    ["own", "PT409"],
    ["strict", "P0003"],
    ["unique", "23505 public.shelf shelf_slot_key"],
    ["check", "23514 public.shelf shelf_never_full"],
    ["number", "22012"],
  ])("%s: it stands alone, with %s and no value", async (how, error) => {
    const people = await batch(9);
    const bad = people[5] as string;
    await poison([bad], how);
    expect(await executeDue(db.sql)).toEqual({ executed: 8, failed: 1, blocked: 0, remaining: "0" });
    const failed = await requestOf(db.sql, bad);
    expect(failed).toMatchObject({ state: "scheduled", attempts: 1, last_error: error });
    expect(await eventsOf(db.sql, failed.id)).toEqual(["scheduled", "failed"]);
    const [log] = await db.sql`
      select details from lethe.deletion_event where request_id = ${failed.id} and event = 'failed'
    `;
    expect(log?.details).toEqual({ error, attempt: 1 });
    // Nothing of the attempt is left: the person is as before, still in grace and still restorable.
    const [row] =
      await db.sql`select name, scheduled_deletion_at is not null as waits from users where id = ${bad}`;
    expect(row).toEqual({ name: "Ada", waits: true });
    expect(failed.preserved).not.toBeNull();
    expect(await db.sql`select waits_because from lethe.overdue where subject_id = ${bad}`).toEqual([
      { waits_because: "failed" },
    ]);
  });
});

test("the delay grows from a minute to half a day, and the cure ends it", async () => {
  const [bad] = (await batch(1)) as [string];
  await poison([bad], "raise");
  const delays: number[] = [];
  for (let attempt = 1; attempt <= 12; attempt++) {
    await executeDue(db.sql);
    const [row] = await db.sql<{ minutes: number; attempts: number }[]>`
      update lethe.deletion_request set next_attempt_at = now() - interval '1 second'
      where subject_id = ${bad}
      returning attempts, (select round(extract(epoch from r.next_attempt_at - now()) / 60)::integer
        from lethe.deletion_request r where r.subject_id = ${bad}) as minutes
    `;
    expect(row?.attempts).toBe(attempt);
    delays.push(row?.minutes ?? -1);
  }
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720, 720]);
  await db.sql`truncate poisoned`;
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1, failed: 0 });
  expect(await requestOf(db.sql, bad)).toMatchObject({
    state: "completed",
    last_error: null,
    next_attempt_at: null,
  });
});

test("is not tried again before its time", async () => {
  const [bad] = (await batch(1)) as [string];
  await poison([bad], "raise");
  await executeDue(db.sql);
  expect(await executeDue(db.sql)).toEqual({ executed: 0, failed: 0, blocked: 0, remaining: "0" });
  expect((await requestOf(db.sql, bad)).attempts).toBe(1);
});

test("30 of 120 at once: bounded work a call, and every healthy one is executed in the end", async () => {
  const people = await batch(120);
  const bad = people.filter((_, index) => index % 4 === 1);
  await poison(bad, "raise");
  const first = await executeDue(db.sql);
  expect(first.failed).toBeLessThanOrEqual(20);
  expect(first.failed).toBeGreaterThan(0);
  let [executed, failed] = [first.executed, first.failed];
  for (let call = 0; call < 3 && executed + failed < 120; call++) {
    const next = await executeDue(db.sql);
    executed += next.executed;
    failed += next.failed;
  }
  expect({ executed, failed }).toEqual({ executed: 90, failed: 30 });
});

test("a failure that isn't a row's stops the call: nothing is counted against anybody", async () => {
  const people = await batch(3);
  await db.sql`alter table uploads rename to uploads_elsewhere`;
  await expect(executeDue(db.sql)).rejects.toMatchObject({ code: "42P01" });
  await db.sql`alter table uploads_elsewhere rename to uploads`;
  for (const person of people) expect((await requestOf(db.sql, person)).attempts).toBe(0);
});

describe("failures that SQL can't catch", () => {
  test("are recorded by the worker alone, and cut to what fits", async () => {
    const [person] = (await batch(1)) as [string];
    const { id } = await requestOf(db.sql, person);
    const app = await db.as("app_user", { "app.user_id": person });
    await expect(app`select lethe.record_failure(${id}, '57014')`).rejects.toMatchObject({ code: "42501" });
    const worker = await db.as("app_worker");
    await worker`select lethe.record_failure(${id}, ${"57014 ".repeat(100)})`;
    const request = await requestOf(db.sql, person);
    expect(request.attempts).toBe(1);
    expect(request.last_error).toHaveLength(200);
  });

  test("of a request that is done, change nothing", async () => {
    const [person] = (await batch(1)) as [string];
    await executeDue(db.sql);
    const { id } = await requestOf(db.sql, person);
    await db.sql`select lethe.record_failure(${id}, '57014')`;
    expect(await requestOf(db.sql, person)).toMatchObject({
      state: "completed",
      attempts: 0,
      last_error: null,
    });
    expect(await eventsOf(db.sql, id)).toEqual(["scheduled", "executed", "completed"]);
  });
});
