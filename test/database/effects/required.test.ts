/** Executions that wait for an effect: visible, and going on by themselves. */
import { expect, test } from "vitest";
import { blocked } from "../../support/interleave.ts";
import {
  eventsOf,
  execute,
  executeDue,
  makeDue,
  requestOf,
  schedule,
  useScenario,
} from "../../support/scenario.ts";
import { failureOf, sqlState } from "../../support/schema-case.ts";
import { claim, effectsOf, finish } from "./support.ts";
import { erasure, newMember, schema } from "./world.ts";

const db = useScenario(schema, {
  ...erasure,
  effects: {
    ...erasure.effects,
    archive: {
      handler: "archive",
      at: "schedule",
      required: true,
      payload: { id: "t.id" },
      where: "t.phone is not null",
    },
    lastCopy: {
      handler: "copy",
      at: "before",
      required: true,
      after: "archive",
      payload: { id: "t.id" },
      where: "t.phone is not null",
    },
  },
});

/** Somebody for whom nothing else is pending. */
const free = () => newMember(db.sql, { phone: null });
const overdue = async (request: string) =>
  (await db.sql`select waits_because, last_error from lethe.overdue where request_id = ${request}`)[0];
const deliver = async (handler: string, state = "done") =>
  finish(db.sql, await claim(db.sql, handler), { state, code: "http_400" });

test("execution waits until both are done, one after the other, and then goes on", async () => {
  const [id, other] = [await newMember(db.sql), await free()];
  const { request_id: request } = await schedule(db.sql, id, { grace: "0" });
  await schedule(db.sql, other, { grace: "0" });
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1, blocked: 1, remaining: "0" });
  expect(await requestOf(db.sql, other)).toMatchObject({ state: "erased" });
  expect(await requestOf(db.sql, id)).toMatchObject({
    state: "scheduled",
    last_error: "effect archive",
    attempts: 0,
  });
  expect(await overdue(request)).toEqual({
    waits_because: "a required effect is open",
    last_error: "effect archive",
  });
  expect(await claim(db.sql, "copy")).toEqual([]);

  expect(await deliver("archive")).toBe(1);
  expect(await executeDue(db.sql)).toMatchObject({ executed: 0 });
  expect((await requestOf(db.sql, id)).last_error).toBe("effect lastCopy");
  expect(await deliver("copy")).toBe(1);
  expect(await requestOf(db.sql, id)).toMatchObject({ blocked_at: null, last_error: null });
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1 });
  expect(await eventsOf(db.sql, request)).toEqual(["scheduled", "blocked", "executed"]);
});

test("the one before the execution waits for its day, and is brought forward when that comes early", async () => {
  const id = await newMember(db.sql);
  const { request_id: request, scheduled_for: due } = await schedule(db.sql, id);
  await deliver("archive");
  const copy = async () => (await effectsOf(db.sql, request)).find((each) => each.name === "lastCopy");
  expect((await copy())?.next_attempt_at).toEqual(due);
  expect(await claim(db.sql, "copy")).toEqual([]);
  await makeDue(db.sql, request);
  await executeDue(db.sql);
  expect(await deliver("copy")).toBe(1);
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1 });
});

test("a dead letter keeps it waiting until somebody puts it back", async () => {
  const id = await newMember(db.sql);
  const { request_id: request } = await schedule(db.sql, id, { grace: "0" });
  await deliver("archive", "failed");
  await executeDue(db.sql);
  expect(await overdue(request)).toMatchObject({ waits_because: "a required effect is open" });
  await db.sql`select lethe.retry_effects('archive')`;
  await deliver("archive");
  await deliver("copy");
  expect(await executeDue(db.sql)).toMatchObject({ executed: 1 });
});

test("execution of one person says what it waits for", async () => {
  const id = await newMember(db.sql);
  const { request_id: request } = await schedule(db.sql, id, { grace: "0" });
  const error = await failureOf(execute(db.sql, id));
  expect(error).toMatchObject({ code: "LT003", message: "deletion waits for an effect" });
  expect(JSON.parse(error.detail ?? "{}")).toMatchObject({ request: Number(request), effect: "archive" });
  // The person may still come back.
  expect(await sqlState(db.sql`select lethe.cancel_deletion(${id})`)).toBe("none");
  const states = (await effectsOf(db.sql, request)).map((each) => [each.name, each.state]);
  expect(states).toContainEqual(["archive", "skipped"]);
  expect(states).toContainEqual(["lastCopy", "skipped"]);
});

test("executing and finishing the effect at once: whoever comes second sees what the first did", async () => {
  const id = await newMember(db.sql);
  await schedule(db.sql, id, { grace: "0" });
  await deliver("archive");
  const claimed = await claim(db.sql, "copy");
  const [one, two] = [await db.connect(), await db.connect()];
  await one`begin`;
  expect((await executeDue(one)).executed).toBe(0);
  const waiting = await blocked(db.sql, two, () => finish(two, claimed, { state: "done" }));
  await one`commit`;
  await waiting.result;
  expect(await requestOf(db.sql, id)).toMatchObject({ state: "scheduled", blocked_at: null });
  expect((await executeDue(db.sql)).executed).toBe(1);

  const next = await newMember(db.sql);
  await schedule(db.sql, next, { grace: "0" });
  await deliver("archive");
  const last = await claim(db.sql, "copy");
  await two`begin`;
  await finish(two, last, { state: "done" });
  // The request is held: the sweep passes it by, and the next one takes it.
  expect((await executeDue(one)).executed).toBe(0);
  await two`commit`;
  expect((await executeDue(one)).executed).toBe(1);
});
