/** Schedule, cancel, execute and ordinary traffic at random, with a model beside it. `npm run test:soak` goes on for minutes. */
import { expect, test } from "vitest";
import { useScenario } from "../support/scenario.ts";
import { soak } from "../support/soak/run.ts";
import { untruths } from "../support/soak/truth.ts";
import { erasure, schema } from "../support/soak/world.ts";

const db = useScenario(schema, erasure);
const seconds = process.env.LETHE_SOAK_SECONDS;
const length =
  seconds === undefined
    ? { steps: 3_000, people: 120 }
    : { steps: Number.POSITIVE_INFINITY, people: 5_000, milliseconds: Number(seconds) * 1_000 };

test("whatever people and workers do at the same time, everybody is where the model says", {
  timeout: (Number(seconds ?? 0) + 120) * 1_000,
}, async () => {
  const drawn = seconds === undefined ? 20_240_525 : Math.floor(Math.random() * 1_000_000);
  const seed = Number(process.env.LETHE_SOAK_SEED ?? drawn);
  const outcome = await soak(() => db.connect(), { ...length, lanes: 6, workers: 2, seed });
  expect(outcome.surprises, `LETHE_SOAK_SEED=${seed}`).toEqual([]);
  expect(await untruths(db.sql, outcome.people), `LETHE_SOAK_SEED=${seed}`).toEqual([]);
  expect(await db.sql`select * from lethe.verify_events()`).toEqual([]);

  // It has really happened: people left, came back, and were refused.
  const gone = outcome.people.filter((person) => person.state === "gone");
  expect(outcome.executed).toBe(gone.length);
  expect(gone.length).toBeGreaterThan(10);
  for (const seen of [
    "cancel: none",
    "cancel by token: none",
    "sign in: LT010",
    "schedule: LT004",
    "rename: LT011",
  ])
    expect(outcome.seen.get(seen), seen).toBeGreaterThan(0);
  if (seconds !== undefined) console.log(outcome.steps, "steps,", outcome.executed, "executed", outcome.seen);
});
