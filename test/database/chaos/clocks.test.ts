/** Workers whose clocks are a day ahead and a day behind: the database's clock decides, for jobs and effects as well. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { writeEffectsFile } from "../../support/effects-file.ts";
import { type Answer, type Service, startService } from "../../support/service.ts";
import { addEffects } from "../delivery/support.ts";
import { killWorkers, schedule, startWorker, stateOf, states, until } from "../worker/support.ts";
import { everybodyLeftOnce, PATIENCE, peopleOf, rowsOf } from "./invariants.ts";

const DAY = 86_400_000;
const db = useDatabase("reference");
const people = peopleOf(12);
let service: Service;
let answer: Answer = "unavailable";
let folder: string;
let before: Record<string, string>;

beforeAll(async () => {
  await seed(db.sql, { users: 12 });
  before = await rowsOf(db.sql, people.staying);
  service = await startService(() => answer);
  folder = mkdtempSync(join(tmpdir(), "lethe-clocks-"));
  // And a minute is over in half a second; what measures it isn't that clock.
  writeFileSync(
    join(folder, "clock.mjs"),
    `const shift = Number(process.env.CLOCK_SHIFT);
    const real = Date.now.bind(Date);
    globalThis.Date = class extends Date {
      constructor(...given) { given.length === 0 ? super(real() + shift) : super(...given); }
      static now() { return real() + shift; }
    };
    const every = setInterval;
    globalThis.setInterval = (work, time, ...given) => every(work, time === 60_000 ? 500 : time, ...given);`,
  );
});
afterEach(killWorkers);
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const start = (shift: number, handlers: string[]) =>
  startWorker(
    db.url,
    ["--role", "app_worker", "--effects", writeEffectsFile(folder, handlers, `${handlers}.ts`)],
    {
      NODE_OPTIONS: `--import ${pathToFileURL(join(folder, "clock.mjs")).href}`,
      CLOCK_SHIFT: String(shift),
      SERVICE_URL: service.url,
    },
  );

test.each([
  ["ahead", DAY, 0],
  ["behind", -DAY, 2],
])(
  "a worker whose clock is a day %s executes nobody early, and finds who becomes due without a word",
  async (_, shift, first) => {
    const [person = "", waiting = ""] = people.leaving.slice(first);
    const early = await schedule(db.sql, waiting, "2 hours");
    const worker = start(shift, ["billing"]);
    await worker.running();
    const due = await schedule(db.sql, person);
    await until("who is due has left", async () => (await stateOf(db.sql, due)) === "completed");
    expect(await stateOf(db.sql, early)).toBe("scheduled");

    // No notification tells of the end of a grace period: somebody has to look. While a row of theirs is held, that look is
    // in vain, and the next one is to come seconds later, not tomorrow.
    const holder = await db.connect();
    await holder`begin`;
    await holder`select from users where id = ${waiting} for update`;
    await db.sql`update lethe.deletion_request set scheduled_for = now() where id = ${early}`;
    await until("a sweep waits", async () => (await later()) > 0);
    expect(await putOff()).toBe(0);
    await holder`commit`;
    await until("who became due has left", async () => (await stateOf(db.sql, early)) === "completed");
    expect(await putOff()).toBe(0);
    expect(await worker.end("SIGTERM")).toBe(0);
  },
  PATIENCE,
);

test(
  "effects that fail, and those that this worker doesn't know, are tried again when the database says so",
  async () => {
    const requests = await Promise.all(people.leaving.slice(4).map((id) => schedule(db.sql, id)));
    await addEffects(db.sql, requests.slice(0, 3), ["billing", "mail"]);
    const [began] = await db.sql`select now() as at`;
    const workers = [start(DAY, ["billing"]), start(-DAY, ["billing"])];
    await until("each has failed once", async () => (await failures()) === 3);
    await until("the job for the other handler waits", async () => (await jobs("lethe_deliver:mail")) > 0);
    expect(await putOff()).toBe(0);
    const [times] = await db.sql`
    select min(next_attempt_at) > ${began?.at}::timestamptz + interval '20 seconds' as patient,
           max(next_attempt_at) < now() + interval '1 minute' as soon
    from lethe.effect where handler = 'billing'
  `;
    expect(times).toEqual({ patient: true, soon: true });

    answer = "ok";
    await db.sql`update lethe.effect set next_attempt_at = now() where state = 'pending'`;
    await db.sql`select pg_notify('lethe', '')`;
    await until("billing is done", async () => (await done("billing")) === 3);
    workers.push(start(-DAY, ["billing", "mail"]));
    await until("all is done", async () => ((await states(db.sql)).completed ?? 0) === people.leaving.length);
    for (const worker of workers) expect(await worker.end("SIGTERM")).toBe(0);
    expect([...service.calls.values()].filter(({ effective }) => effective !== 1)).toEqual([]);
    expect(service.calls.size).toBe(6);
    await everybodyLeftOnce(db.sql, people, before);
  },
  PATIENCE,
);

/** Jobs that a sweep, a drain or a delivery waits for, and that run in more than a minute. */
async function putOff(): Promise<number> {
  const rows = await db.sql`
    select from graphile_worker.jobs
    where task_identifier in ('lethe_sweep', 'lethe_drain', 'lethe_deliver') and run_at > now() + interval '1 minute'
  `;
  return rows.length;
}

/** A sweep that is to look again. */
async function later(): Promise<number> {
  return (await db.sql`select from graphile_worker.jobs where key = 'lethe_sweep' and run_at > now()`).length;
}

async function jobs(key: string): Promise<number> {
  return (await db.sql`select from graphile_worker.jobs where key = ${key} and locked_at is null`).length;
}

async function failures(): Promise<number> {
  return (
    await db.sql`select from lethe.effect where handler = 'billing' and state = 'pending' and failures = 1`
  ).length;
}

async function done(handler: string): Promise<number> {
  return (await db.sql`select from lethe.effect where handler = ${handler} and state = 'done'`).length;
}
