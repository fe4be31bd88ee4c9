/** Rows that others write for a person while the erasure is under way: what they stand for outside goes with them, once. */
import { beforeEach, expect, test } from "vitest";
import { content, defineErasure, keep, pii, subject, table } from "../../../generator/index.ts";
import { blocked } from "../../support/interleave.ts";
import { executeDue, requestOf, schedule, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";
import { claim, effectsOf, finish } from "./support.ts";

// Without foreign keys, whose rows would wait for the person's: a service of its own writes them.
const db = useScenario(
  `create table people (id text primary key, email text, plan text);
   create table notes (id bigint generated always as identity primary key, person_id text, note text);
   create table pictures (
     id bigint generated always as identity primary key, person_id text, reviewer_id text, image text, comment text
   );
   create table uploads (id bigint generated always as identity primary key, person_id text, storage_key text not null);
   create index on notes (person_id); create index on uploads (person_id);
   create index on pictures (person_id); create index on pictures (reviewer_id);`,
  defineErasure({
    ...terms,
    lifecycle: { ...terms.lifecycle, strategies: ["anonymize", "hard_delete", "soft_delete"] },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email(), plan: pii.null() } }),
      notes: content({ owner: "person_id", rows: "delete", heavy: 50 }),
      pictures: table({
        columns: { image: pii.null({ effect: "images" }), comment: pii.null() },
        rules: [content({ owner: "person_id" }), content({ owner: "reviewer_id" })],
      }),
      uploads: content({ owner: "person_id", rows: "delete", heavy: 50 }),
    },
    effects: {
      bucket: { handler: "s3", forEach: "uploads", payload: { key: "t.storage_key", request: "r.id" } },
      index: { handler: "search", forEach: "uploads", payload: { upload: "t.storage_key" }, after: "bucket" },
      images: { handler: "blob" },
    },
  }),
);

let people = 0;
let ada = "";
beforeEach(async () => {
  ada = `ada${++people}`;
  await db.sql`insert into people values (${ada}, ${`${ada}@example.com`}, 'gold')`;
});

const upload = (key: string) => db.sql`insert into uploads (person_id, storage_key) values (${ada}, ${key})`;
const picture = (image: string, reviewer: string | null = null) =>
  db.sql`insert into pictures (person_id, reviewer_id, image, comment) values (${ada}, ${reviewer}, ${image}, 'c')`;
const notes = (count: number) =>
  db.sql`insert into notes (person_id, note) select ${ada}, 'n' from generate_series(1, ${count})`;

async function told(): Promise<string[]> {
  const effects = await effectsOf(db.sql, (await requestOf(db.sql, ada)).id);
  return effects
    .map(({ name, payload }) => {
      const { key, upload, image } = payload as Record<string, string>;
      return `${name} ${key ?? upload ?? image}`;
    })
    .sort();
}

/** One step of the erasure; whether there is one more. */
async function step(): Promise<boolean> {
  await db.sql`select lethe.continue_deletion(r) from lethe.executing_requests() r`;
  return (await requestOf(db.sql, ada)).state === "executing";
}

test.each(["anonymize", "hard_delete"])(
  "%s: between the look for effects and the statement that erases",
  async (strategy) => {
    await upload("before.pdf");
    await picture("before.png", ada);
    await notes(1);
    await schedule(db.sql, ada, { strategy, grace: "0" });
    const [writer, worker] = [await db.connect(), await db.connect()];
    await writer`begin`;
    await writer`update notes set note = 'held' where person_id = ${ada}`;
    const erasing = await blocked(db.sql, worker, () => executeDue(worker));
    await upload("meanwhile.pdf");
    await picture("meanwhile.png", ada);
    await writer`commit`;
    expect(await erasing.result).toMatchObject({ executed: 1, failed: 0 });
    expect(await db.sql`select from uploads where person_id = ${ada}`).toHaveLength(0);
    expect(await told()).toEqual([
      "bucket before.pdf",
      "bucket meanwhile.pdf",
      "images before.png",
      "images meanwhile.png",
      "index before.pdf",
      "index meanwhile.pdf",
    ]);
    const waiting =
      await db.sql`select name from lethe.effect where state = 'pending' and next_attempt_at is null`;
    expect(waiting.map((each) => each.name)).toEqual(["index", "index"]);
    for (const handler of ["s3", "blob", "search"])
      await finish(db.sql, await claim(db.sql, handler), { state: "done" });
    expect((await requestOf(db.sql, ada)).state).toBe("completed");
  },
);

test("people of the same batch who keep their rows keep what is outside", async () => {
  const bob = `bob${people}`;
  await db.sql`insert into people values (${bob}, ${`${bob}@example.com`}, 'gold')`;
  await notes(1);
  await schedule(db.sql, ada, { grace: "0" });
  const { request_id } = await schedule(db.sql, bob, { strategy: "soft_delete", grace: "0" });
  const [writer, worker] = [await db.connect(), await db.connect()];
  await writer`begin`;
  await writer`update notes set note = 'held' where person_id = ${ada}`;
  const erasing = await blocked(db.sql, worker, () => executeDue(worker));
  await upload("meanwhile.pdf");
  await db.sql`insert into uploads (person_id, storage_key) values (${bob}, 'his.pdf')`;
  await writer`commit`;
  expect(await erasing.result).toMatchObject({ executed: 2, failed: 0 });
  expect(await told()).toEqual(["bucket meanwhile.pdf", "index meanwhile.pdf"]);
  expect(await effectsOf(db.sql, request_id)).toEqual([]);
  expect(await db.sql`select from uploads where person_id = ${bob}`).toHaveLength(1);
});

test("in steps: each of them, whether a chunk or the last pass erases it", async () => {
  await notes(60);
  await upload("before.pdf");
  await picture("before.png", ada);
  await schedule(db.sql, ada, { grace: "0" });
  await executeDue(db.sql);
  expect((await requestOf(db.sql, ada)).state).toBe("executing");
  await upload("first.pdf");
  await picture("first.png", ada);
  let steps = 0;
  do {
    steps++;
    await upload(`step-${steps}.pdf`);
    if (steps > 20) break;
    // Nobody writes for ever.
    if (steps > 3) await db.sql`delete from uploads where storage_key = ${`step-${steps}.pdf`}`;
  } while (await step());
  expect(await db.sql`select from uploads where person_id = ${ada}`).toHaveLength(0);
  const all = await told();
  expect(all.filter((each) => each.startsWith("bucket"))).toEqual([
    "bucket before.pdf",
    "bucket first.pdf",
    "bucket step-1.pdf",
    "bucket step-2.pdf",
    "bucket step-3.pdf",
  ]);
  expect(all.filter((each) => each.startsWith("images"))).toEqual(["images before.png", "images first.png"]);
});

test("what a later look finds is told once, however many steps it takes then", async () => {
  await schedule(db.sql, ada, { grace: "0" });
  await executeDue(db.sql);
  await upload("late.pdf");
  await db.sql`select lethe.residue_after()`;
  expect((await requestOf(db.sql, ada)).state).toBe("executing");
  await upload("later.pdf");
  for (let steps = 0; (await step()) && steps < 20; steps++);
  expect(await told()).toEqual(["bucket late.pdf", "bucket later.pdf", "index late.pdf", "index later.pdf"]);
});
