/** A subject with very many rows goes in steps: identity first and for good, then chunks, then one last pass. */
import { beforeEach, describe, expect, test } from "vitest";
import {
  content,
  credential,
  defineErasure,
  keep,
  mfa,
  pii,
  presets,
  secret,
  session,
  subject,
} from "../../../generator/index.ts";
import { blocked } from "../../support/interleave.ts";
import {
  despiteDrift,
  eventsOf,
  execute,
  executeDue,
  requestOf,
  schedule,
  statusOf,
  useScenario,
} from "../../support/scenario.ts";
import { failureOf, sqlState, terms } from "../../support/schema-case.ts";

const heavy = 100;
/** More than one chunk of 5,000. */
const many = 6_000;

const db = useScenario(
  `create table people (id bigint primary key, email text, name text, password text, totp text);
   create table sessions (id bigint generated always as identity, person_id bigint not null references people);
   create table passkeys (id bigint generated always as identity, person_id bigint not null references people);
   create table codes (id bigint generated always as identity, person_id bigint not null references people);
   create table posts (id bigint generated always as identity primary key, person_id bigint not null references people, body text);
   create index on sessions (person_id);
   create index on passkeys (person_id);
   create index on codes (person_id);
   create index on posts (person_id);
   create table visits (person_id bigint references people, month integer not null, page text) partition by list (month);
   create table visits_1 partition of visits for values in (1);
   create table visits_2 partition of visits for values in (2);
   create index on visits (person_id);`,
  defineErasure({
    ...terms,
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({
        key: "id",
        columns: {
          id: keep(),
          email: pii.email(),
          name: pii.null(),
          password: secret(),
          totp: mfa.secret(),
        },
      }),
      sessions: session({ owner: "person_id" }),
      passkeys: credential({ owner: "person_id", suspend: "move" }),
      codes: mfa({ owner: "person_id" }),
      posts: content({ owner: "person_id", columns: { body: pii.replace("[deleted]") }, heavy }),
      visits: content({ owner: "person_id", columns: { month: keep(), page: pii.null() }, heavy }),
    },
  }),
);

let next = 0;
let person = 0;
let other = 0;

beforeEach(async () => {
  [person, other] = [++next, ++next];
  await db.sql`
    insert into people
    select p, 'p' || p || '@example.com', 'Name', 'hash', 'totp' from unnest(${[person, other]}::bigint[]) p
  `;
  await db.sql`insert into passkeys (person_id) values (${person}), (${other})`;
  await db.sql`insert into codes (person_id) values (${person}), (${other})`;
  await db.sql`
    insert into posts (person_id, body)
    select case when n % 2 = 0 then ${person}::bigint else ${other}::bigint end, 'text'
    from generate_series(1, ${many * 2}::integer) n
  `;
});

const left = async (whose = person) => {
  const rows =
    await db.sql`select count(*)::integer as n from posts where person_id = ${whose} and body = 'text'`;
  return rows[0]?.n as number;
};
const step = async (request: string) => {
  const [row] = await db.sql`select lethe.continue_deletion(${request}) as state`;
  return row?.state as string;
};

describe("step by step", () => {
  test("the first transaction ends with identity, credentials and second factor gone", async () => {
    const { request_id } = await schedule(db.sql, person, { grace: "0" });
    expect(JSON.stringify((await requestOf(db.sql, person)).preserved)).toContain(`p${person}@example.com`);
    expect(await executeDue(db.sql)).toMatchObject({ executed: 0, failed: 0, blocked: 0 });
    expect((await statusOf(db.sql, person)).status).toBe("executing");
    expect(await db.sql`select email, name, password, totp from people where id = ${person}`).toEqual([
      { email: `deleted_${person}@deleted.invalid`, name: null, password: null, totp: null },
    ]);
    for (const table of ["passkeys", "codes"])
      expect(await db.sql`select from ${db.sql(table)} where person_id = ${person}`, table).toHaveLength(0);
    // No original waits in the request for weeks: there is no way back from here.
    expect(await requestOf(db.sql, person)).toMatchObject({ state: "executing", preserved: null });
    expect(await left()).toBe(many);

    expect(await failureOf(db.sql`select lethe.cancel_deletion(${person})`)).toMatchObject({ code: "LT008" });
    expect(await failureOf(schedule(db.sql, person))).toMatchObject({ code: "LT008" });
    expect(await sqlState(db.sql`insert into sessions (person_id) values (${person})`)).toBe("LT010");
    for (const set of [
      "name = 'Back'",
      "scheduled_deletion_at = now(), name = 'Back'",
      "scheduled_deletion_at = now()",
    ])
      expect(await sqlState(db.sql.unsafe(`update people set ${set} where id = ${person}`)), set).toBe(
        "LT011",
      );
    expect(await db.sql`select lethe.executing_requests() as id`).toEqual([{ id: request_id }]);

    const sizes: number[] = [];
    for (let state = "executing"; state === "executing"; ) {
      const before = await left();
      state = await step(request_id);
      sizes.push(before - (await left()));
    }
    expect(sizes).toEqual([5000, 1000, 0]);
    expect(await requestOf(db.sql, person)).toMatchObject({ state: "completed", cancel_token_hash: null });
    expect(await eventsOf(db.sql, request_id)).toEqual(["scheduled", "begun", "executed", "completed"]);
    expect(await left(other)).toBe(many);
    expect(await step(request_id), "once more").toBe("completed");
    expect(await db.sql`select lethe.executing_requests() as id`).toHaveLength(0);
  });

  test("by its token: too late", async () => {
    const { cancel_token } = await schedule(db.sql, person, { grace: "0" });
    await executeDue(db.sql);
    expect(await sqlState(db.sql`select lethe.cancel_deletion_by_token(${cancel_token})`)).toBe("LT008");
  });

  test("hard_delete the same way, and execute_deletion goes on where it stands", async () => {
    await schedule(db.sql, person, { strategy: "hard_delete", grace: "0" });
    const states: string[] = [];
    do states.push(await execute(db.sql, person));
    while (states.at(-1) === "executing");
    expect(states).toEqual(["executing", "executing", "executing", "completed"]);
    expect(await db.sql`select from people where id = ${person}`).toHaveLength(0);
    expect(await db.sql`select from posts where person_id = ${person}`).toHaveLength(0);
    expect(await left(other)).toBe(many);
  });

  test("soft_delete leaves content where it is, so it needs no steps", async () => {
    await schedule(db.sql, person, { strategy: "soft_delete", grace: "0" });
    expect(await execute(db.sql, person)).toBe("completed");
    expect(await left()).toBe(many);
  });

  test("light people of the same batch are done at once", async () => {
    await db.sql`delete from posts where person_id = ${other}`;
    await schedule(db.sql, person, { grace: "0" });
    await schedule(db.sql, other, { grace: "0" });
    expect(await executeDue(db.sql)).toMatchObject({ executed: 1 });
    expect((await requestOf(db.sql, other)).state).toBe("completed");
    expect((await requestOf(db.sql, person)).state).toBe("executing");
  });
});

describe("what happens meanwhile", () => {
  const begin = async () => {
    const { request_id } = await schedule(db.sql, person, { grace: "0" });
    await executeDue(db.sql);
    return request_id;
  };
  const finish = async (request: string) => {
    for (let n = 0; n < 20; n++) if ((await step(request)) === "completed") return;
    throw new Error("the erasure doesn't end");
  };

  test("rows that are updated while a chunk runs are not missed", async () => {
    const request = await begin();
    const [app, worker] = [await db.connect(), await db.connect()];
    await app`begin`;
    // The whole first chunk moves to new places under the step that has picked it.
    await app`update posts set body = 'text' where person_id = ${person} and id <= (select min(id) + 5000 from posts where person_id = ${person})`;
    const waiting = await blocked(
      db.sql,
      worker,
      () => worker`select lethe.continue_deletion(${request}) as state`,
    );
    await app`commit`;
    await waiting.result;
    await finish(request);
    expect(await left()).toBe(0);
    expect(await left(other)).toBe(many);
  });

  test("places are found in one look for many steps; a list that is lost in a crash is made anew", async () => {
    const request = await begin();
    await db.sql`update lethe.deletion_request set chunk = 1000 where id = ${request}`;
    expect(await step(request)).toBe("executing");
    const [list] = await db.sql`
      select count(*)::integer as pieces, sum(cardinality(places))::integer as places
      from lethe.found_rows where request_id = ${request}
    `;
    expect(list).toEqual({ pieces: (many - 1000) / 1000, places: many - 1000 });
    expect(
      await db.sql`select subject_id, rows_erased, rows_found, rows_a_step from lethe.progress where request_id = ${request}`,
    ).toEqual([
      {
        subject_id: String(person),
        rows_erased: "1000",
        rows_found: String(many - 1000),
        rows_a_step: 2000,
      },
    ]);
    await db.sql`truncate lethe.found_rows`;
    await finish(request);
    expect(await left()).toBe(0);
    expect(await left(other)).toBe(many);
    expect(await db.sql`select from lethe.found_rows`).toHaveLength(0);
  });

  test("rows that have left their places since they were found are found again", async () => {
    const request = await begin();
    await db.sql`update lethe.deletion_request set chunk = 1000 where id = ${request}`;
    await step(request);
    await db.sql`update posts set body = body where person_id = ${person}`;
    await db.sql`vacuum posts`;
    // Somebody else's rows come to lie where they were.
    await db.sql`insert into posts (person_id, body) select ${other}::bigint, 'text' from generate_series(1, ${many}::integer)`;
    await finish(request);
    expect(await left()).toBe(0);
    expect(await left(other)).toBe(2 * many);
  });

  test("a trigger that swallows the changes of one table doesn't keep another from its steps", async () => {
    await db.sql`insert into visits select ${person}::bigint, 1, 'page' from generate_series(1, 300)`;
    const request = await begin();
    await despiteDrift(db.sql);
    await db.sql.unsafe(`
      create function public.swallow() returns trigger language plpgsql as $$ begin return null; end $$;
      create trigger swallow before update on posts for each row execute function public.swallow();
    `);
    expect(await step(request)).toBe("executing");
    expect(await db.sql`select from visits where person_id = ${person} and page is not null`).toHaveLength(0);
    expect(await left()).toBe(many);
    expect(await step(request)).toBe("waiting");
    expect((await requestOf(db.sql, person)).last_error).toMatch(/^LT014/);
    await db.sql.unsafe("drop function public.swallow() cascade");
    await db.sql`update lethe.deletion_request set next_attempt_at = null where id = ${request}`;
    await finish(request);
    expect(await left()).toBe(0);
  });

  test("rows that are inserted meanwhile are caught by the last pass", async () => {
    const request = await begin();
    await db.sql`delete from posts where person_id = ${person}`;
    await db.sql`insert into posts (person_id, body) values (${person}, 'text')`;
    const [app, worker] = [await db.connect(), await db.connect()];
    expect(await step(request)).toBe("executing");
    await app`begin`;
    await app`insert into posts (person_id, body) values (${person}, 'text')`;
    // It waits for the subject's lock, which the insert holds through its foreign key.
    const waiting = await blocked(
      db.sql,
      worker,
      () => worker`select lethe.continue_deletion(${request}) as state`,
    );
    await app`commit`;
    expect(await waiting.result).toEqual([{ state: "completed" }]);
    expect(await left()).toBe(0);
  });

  test("two workers: the second leaves it to the first", async () => {
    const request = await begin();
    const first = await db.connect();
    await first`begin`;
    await first`select lethe.continue_deletion(${request})`;
    expect(await step(request)).toBe("waiting");
    await first`rollback`;
  });

  test("a failing step waits with a reason, and goes on after the cure", async () => {
    const request = await begin();
    await despiteDrift(db.sql);
    await db.sql.unsafe(`
      create function public.poison() returns trigger language plpgsql as $$ begin raise exception 'no %', old.body; end $$;
      create trigger poison before update on posts for each row execute function public.poison();
    `);
    expect(await step(request)).toBe("waiting");
    expect(await requestOf(db.sql, person)).toMatchObject({
      state: "executing",
      attempts: 1,
      last_error: "P0001",
    });
    const executing = await db.sql<{ id: string }[]>`select lethe.executing_requests() as id`;
    expect(executing.map((row) => row.id)).not.toContain(request);
    expect(await step(request), "not before its time").toBe("waiting");
    await db.sql.unsafe("drop function public.poison() cascade");
    await db.sql`update lethe.deletion_request set next_attempt_at = null where id = ${request}`;
    await finish(request);
    expect(await requestOf(db.sql, person)).toMatchObject({ state: "completed", last_error: null });
  });
});

test("in a partitioned table, other people's rows in the same places are left alone", async () => {
  // The same row number in both partitions, somebody else's in the second.
  await db.sql`delete from posts`;
  await db.sql`truncate visits`;
  await db.sql`insert into visits select ${person}::bigint, 1, 'page' from generate_series(1, 300)`;
  await db.sql`insert into visits select ${other}::bigint, 2, 'page' from generate_series(1, 300)`;
  const same = await db.sql`select from visits_1 a join visits_2 b on a.ctid = b.ctid`;
  expect(same.length).toBe(300);
  await schedule(db.sql, person, { grace: "0", strategy: "hard_delete" });
  let state = await execute(db.sql, person);
  expect(state).toBe("executing");
  while (state === "executing") state = await execute(db.sql, person);
  expect(await db.sql`select person_id, count(*)::integer as n from visits group by 1`).toEqual([
    { person_id: String(other), n: 300 },
  ]);
});
