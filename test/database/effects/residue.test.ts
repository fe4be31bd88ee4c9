/** Rows that came after an erasure: what they stand for outside goes with them, once. */
import { beforeEach, expect, test } from "vitest";
import { content, defineErasure, keep, pii, subject, table } from "../../../generator/index.ts";
import { erase, requestOf, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";
import { claim, effectsOf, finish } from "./support.ts";

const db = useScenario(
  `create table people (id text primary key, email text, plan text);
   create table uploads (
     id bigint generated always as identity primary key, person_id text, storage_key text not null
   );
   create table posts (
     id bigint generated always as identity primary key, person_id text, picture text, cover text, draft boolean
   );
   create index on uploads (person_id); create index on posts (person_id);`,
  defineErasure({
    ...terms,
    options: { thorough: false },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email(), plan: pii.null() } }),
      uploads: content({ owner: "person_id", rows: "delete" }),
      posts: table({
        columns: {
          picture: pii.replace("none.png", { effect: "pictures" }),
          cover: pii.null({ effect: "covers" }),
          draft: keep(),
        },
        rules: [
          content({ owner: "person_id", rows: { hard_delete: "delete" } }),
          content({ owner: "person_id", when: "thorough", rows: "delete" }),
        ],
      }),
    },
    effects: {
      bucket: { handler: "s3", forEach: "uploads", payload: { key: "t.storage_key", request: "r.id" } },
      index: { handler: "search", forEach: "posts", payload: { post: "t.id" }, after: "bucket" },
      pictures: { handler: "blob" },
      covers: { handler: "blob", payload: { plan: "t.plan" }, where: "t.plan = 'gold'" },
      goodbye: { handler: "mail", payload: { to: "t.email" } },
    },
  }),
);

let people = 0;
let ada = "";
let bob = "";
beforeEach(async () => {
  [ada, bob] = [`ada${++people}`, `bob${people}`];
  for (const id of [ada, bob])
    await db.sql`insert into people values (${id}, ${`${id}@example.com`}, 'gold')`;
});

const upload = (person: string, key: string) =>
  db.sql`insert into uploads (person_id, storage_key) values (${person}, ${key})`;
const post = async (person: string, picture: string | null, cover: string | null = null) => {
  const [row] = await db.sql`
    insert into posts (person_id, picture, cover) values (${person}, ${picture}, ${cover}) returning id::integer`;
  return row?.id as number;
};

/** Everything is delivered; then only what comes later is open. */
async function gone(person: string, strategy: string, options = {}): Promise<string> {
  await erase(db.sql, person, { strategy, options });
  await deliver();
  const request = await requestOf(db.sql, person);
  expect(request.state).toBe("completed");
  return request.id;
}

async function deliver(): Promise<void> {
  for (let round = 0; round < 2; round++)
    for (const handler of ["s3", "search", "blob", "mail"])
      await finish(db.sql, await claim(db.sql, handler), { state: "done" });
}

async function lookAgain(): Promise<number> {
  const [row] = await db.sql`select found from lethe.residue_after()`;
  for (let step = 0; step < 20; step++) {
    const waiting = await db.sql`select lethe.continue_deletion(r) from lethe.executing_requests() r`;
    if (waiting.length === 0) return row?.found as number;
  }
  throw new Error("it never comes to an end");
}

const open = async (request: string) =>
  (await effectsOf(db.sql, request))
    .filter((each) => each.state === "pending")
    .map((each) => [each.name, each.payload]);

test("anonymize: the files of late rows; what stayed from the first time isn't told again", async () => {
  await upload(ada, "first");
  await post(ada, "first.png", "first.jpg");
  const request = await gone(ada, "anonymize");
  await upload(ada, "late");
  await upload(bob, "bob's");
  const late = await post(ada, "late.png", "late.jpg");

  expect(await lookAgain()).toBe(1);
  expect(await open(request)).toEqual([
    ["bucket", { key: "late", request: Number(request) }],
    ["index", { post: late }],
    ["pictures", { picture: "late.png" }],
    // Whether they had the gold plan can't be asked any more: the picture goes.
    ["covers", { plan: null, cover: "late.jpg" }],
  ]);
  const held = await db.sql`
    select name from lethe.effect where request_id = ${request} and state = 'pending' and next_attempt_at is null`;
  expect(held).toMatchObject([{ name: "index" }]);
  expect((await requestOf(db.sql, ada)).state).toBe("erased");
  await deliver();
  expect((await requestOf(db.sql, ada)).state).toBe("completed");

  expect(await lookAgain()).toBe(0);
  expect(await open(request)).toEqual([]);
  const keys = await db.sql`select count(distinct idempotency_key)::integer as keys, count(*)::integer as all
    from lethe.effect where request_id = ${request}`;
  expect(keys).toMatchObject([{ keys: 9, all: 9 }]);
});

test("hard_delete: the person's row is gone", async () => {
  await post(ada, "first.png");
  const request = await gone(ada, "hard_delete");
  const late = await post(ada, null, "late.jpg");
  await upload(ada, "late");
  expect(await lookAgain()).toBe(1);
  expect(await open(request)).toEqual([
    ["bucket", { key: "late", request: Number(request) }],
    ["index", { post: late }],
    ["covers", { plan: null, cover: "late.jpg" }],
  ]);
  await deliver();
});

test("options of the request: a row that goes takes its picture along, whatever it is", async () => {
  await post(ada, "first.png");
  const request = await gone(ada, "anonymize", { thorough: true });
  await post(ada, "none.png");
  expect(await lookAgain()).toBe(1);
  // It goes, though nothing in it was to be replaced: its picture goes as well.
  expect((await open(request)).map(([name]) => name)).toEqual(["index", "pictures"]);
  await deliver();
});

test("soft_delete leaves content, and what is outside", async () => {
  const request = await gone(ada, "soft_delete");
  await upload(ada, "late");
  expect(await lookAgain()).toBe(0);
  expect(await open(request)).toEqual([]);
});
