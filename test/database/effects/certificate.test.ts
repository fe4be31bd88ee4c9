/** What was done, with counts and receipts, and nothing of the person's. */
import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { erase, execute, executeDue, requestOf, schedule } from "../../support/scenario.ts";
import { installLethe, sqlState } from "../../support/schema-case.ts";
import { claim, finish } from "./support.ts";
import { erasure, newMember, schema } from "./world.ts";

const db = useDatabase("empty");
beforeAll(async () => {
  await db.sql.unsafe(schema);
  const { uploads, ...others } = erasure.tables;
  await installLethe(db.sql, {
    ...erasure,
    tables: { ...others, uploads: { ...uploads, heavy: 1000 } as typeof uploads & object },
  });
});

const certificate = async (person: string) => {
  const { id } = await requestOf(db.sql, person);
  const [row] = await db.sql`select lethe.certificate(${id}) as certificate`;
  return row?.certificate;
};

test("rows, effects with receipts, events and the end of their chain; no personal value and no key", async () => {
  const id = await newMember(db.sql);
  await erase(db.sql, id, { strategy: "hard_delete" });
  expect(await certificate(id)).toMatchObject({ state: "erased", completed_at: null });
  for (let round = 0; round < 3; round++)
    for (const handler of ["blob", "s3", "polar", "loops", "webhook", "jobs", "mail"])
      await finish(db.sql, await claim(db.sql, handler, 1000), {
        state: "done",
        receipt: { status: 200 },
      });
  const made = await certificate(id);
  expect(made).toMatchObject({
    state: "completed",
    strategy: "hard_delete",
    in_time: true,
    erased: [{ requests: 1, rows: { hard_delete: { "public.uploads delete": 3 } } }],
    events: [{ event: "scheduled" }, { event: "executed" }, { event: "completed" }],
    chain: { events: 3, problems: 0 },
    kept: [],
  });
  expect(made.annotation).toMatch(/^[0-9a-f]{64}$/);
  expect(made.chain.head).toMatch(/^[0-9a-f]{64}$/);
  expect(made.effects).toContainEqual(
    expect.objectContaining({
      effect: "billing",
      recipient: "polar",
      state: "done",
      receipt: { status: 200 },
    }),
  );
  expect(JSON.stringify(made)).not.toContain(id);
});

test("a batch is counted as a whole, by strategy", async () => {
  const people = [await newMember(db.sql), await newMember(db.sql), await newMember(db.sql)];
  for (const [index, id] of people.entries())
    await schedule(db.sql, id, { strategy: index === 0 ? "anonymize" : "hard_delete", grace: "0" });
  expect((await executeDue(db.sql)).executed).toBe(3);
  for (const id of people)
    expect((await certificate(id)).erased).toMatchObject([
      {
        requests: 3,
        rows: {
          hard_delete: { "public.uploads delete": 6 },
          // Of three uploads one has no thumbnail, and one that is public.
          anonymize: { "public.uploads transform": 1 },
        },
      },
    ]);
  expect(await db.sql`select from lethe.erased_rows`).toHaveLength(0);
});

test("many rows: the steps are added up", async () => {
  const id = await newMember(db.sql);
  await db.sql`insert into uploads (user_id, storage_key) select ${id}, n from generate_series(1, 12000) n`;
  await db.sql`analyze uploads`;
  await schedule(db.sql, id, { strategy: "hard_delete", grace: "0" });
  let state = await execute(db.sql, id);
  for (let step = 0; state === "executing" && step < 10; step++) state = await execute(db.sql, id);
  expect(state).toBe("erased");
  expect((await certificate(id)).erased).toMatchObject([
    { requests: 1 },
    { requests: 1, rows: { hard_delete: { "public.uploads delete": 12_003 } } },
  ]);
  expect(await db.sql`select from lethe.erased_rows`).toHaveLength(0);
  expect((await db.sql`select erased from lethe.deletion_request where erased is not null`).length).toBe(0);
});

test("for administrators and the worker", async () => {
  expect(await sqlState(db.sql`select lethe.certificate(0)`)).toBe("LT002");
  const user = await db.as("app_user");
  expect(await sqlState(user`select lethe.certificate(1)`)).toBe("42501");
});
