/**
 * SIGKILL for a worker in the middle of its deliveries, at random moments, with services that fail now and then and
 * whose answers get lost: every effect is delivered, once for each idempotency key, and every request ends completed.
 * `npm run test:effects` does it with a thousand people and ten kills.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { writeEffectsFile } from "../../support/effects-file.ts";
import { type Answer, type Service, startService } from "../../support/service.ts";
import { killWorkers, startWorker, states, until } from "../worker/support.ts";
import { dueWithEffects } from "./support.ts";

const DELETIONS = Number(process.env.LETHE_EFFECTS_DELETIONS ?? 60);
const KILLS = Number(process.env.LETHE_EFFECTS_KILLS ?? 2);
const HANDLERS = ["blob", "billing", "analytics", "mail"];

const db = useDatabase("reference");
let service: Service;
let folder: string;

const moods: Answer[] = ["unavailable", "cut", "lost"];
const mood = (): Answer => (Math.random() < 0.1 ? (moods[Math.floor(Math.random() * 3)] as Answer) : "ok");

beforeAll(async () => {
  service = await startService(mood, 20);
  folder = mkdtempSync(join(tmpdir(), "lethe-effects-"));
  writeEffectsFile(folder, HANDLERS);
});
afterEach(killWorkers);
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const start = () =>
  startWorker(db.url, ["--role", "app_worker", "--effects", join(folder, "lethe.effects.ts")], {
    SERVICE_URL: service.url,
  });

test("killed again and again: one effective call for each key, nobody is left over", async () => {
  const requests = await dueWithEffects(db.sql, DELETIONS, HANDLERS);
  const total = requests.length * HANDLERS.length;
  let output = "";
  let interrupted = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const before = service.total();
    const worker = start();
    // A random share of what is left.
    const share = Math.random() * ((await open()) / (KILLS - kill + 1));
    await until("it is at work", () => service.total() > before + share, 60_000);
    await sleep(Math.random() * 50);
    await worker.end("SIGKILL");
    output += worker.output();
    interrupted += await delivering();
    await theTimeOfLeases();
  }
  expect(interrupted, "no kill hit a delivery: the test shows nothing").toBeGreaterThan(0);

  const last = start();
  await until(
    "everybody is completed",
    async () => {
      await theTimeOfRetries();
      return (await states(db.sql)).completed === requests.length;
    },
    300_000,
  );
  expect(await last.end("SIGTERM")).toBe(0);
  output += last.output();

  expect(await states(db.sql)).toEqual({ completed: requests.length });
  const effects = await db.sql`
      select state, payload, count(*)::integer as count, count(distinct idempotency_key)::integer as keys
      from lethe.effect group by state, payload
    `;
  expect([...effects]).toEqual([{ state: "done", payload: null, count: total, keys: total }]);
  // Each key stood for one piece of work, which the service did once.
  const seen = [...service.calls.values()];
  expect(seen).toHaveLength(total);
  expect(seen.filter(({ effective, bodies }) => effective !== 1 || bodies.size !== 1)).toEqual([]);
  expect(new Set(seen.flatMap(({ bodies }) => [...bodies])).size).toBe(total);
  const [broken] = await db.sql`select count(*)::integer as problems from lethe.verify_events()`;
  expect(broken).toEqual({ problems: 0 });

  const [jobs] = await db.sql`
      select coalesce(string_agg(j::text, ' '), '') as text from graphile_worker._private_jobs j
    `;
  const payloads = seen
    .flatMap(({ bodies }) => [...bodies])
    .map((body) => body.replace(/^.*"id":"|"}$/g, ""));
  for (const text of [output, String(jobs?.text)]) {
    expect(payloads.filter((id) => text.includes(`"${id}"`))).toEqual([]);
  }
  if (process.env.LETHE_EFFECTS_KILLS !== undefined)
    console.log(
      `${requests.length} people, ${KILLS} kills, ${interrupted} deliveries cut, ${service.total()} calls for ${total} effects`,
    );
}, 600_000);

/** The clock jumps: the leases of whoever was killed are over. */
async function theTimeOfLeases(): Promise<void> {
  await db.sql`update lethe.effect set next_attempt_at = now() where state = 'delivering'`;
}

/** The clock jumps: what failed in passing may be tried again. */
async function theTimeOfRetries(): Promise<void> {
  const put = await db.sql`
    update lethe.effect set next_attempt_at = now()
    where id = any (array(
      select id from lethe.effect where state = 'pending' and next_attempt_at > now() for update skip locked
    ))
    returning id
  `;
  if (put.length > 0) await db.sql`select pg_notify('lethe', '')`;
  await sleep(200);
}

async function open(): Promise<number> {
  const [row] = await db.sql`select count(*)::integer as count from lethe.effect where state <> 'done'`;
  return row?.count;
}

async function delivering(): Promise<number> {
  const [row] =
    await db.sql`select count(*)::integer as count from lethe.effect where state = 'delivering' and next_attempt_at > now()`;
  return row?.count;
}
