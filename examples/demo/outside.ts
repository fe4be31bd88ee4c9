/** What happens outside the database once somebody is erased in it: told while the worker runs. */
import { setTimeout as sleep } from "node:timers/promises";
import { owner } from "./callers.ts";
import type { Person } from "./cast.ts";
import { check, claim } from "./claim.ts";
import type { Services } from "./services.ts";
import { prose, table } from "./terminal.ts";
import type { World } from "./world.ts";

const PATIENCE = 15_000;

export type Departing = {
  person: Person;
  request: string;
  /** Her picture and her files, as they were. */
  files: string[];
};

type Effect = { name: string; handler: string; state: string; attempts: number; last_error: string | null };

const EFFECTS = `select name, handler, state, attempts, last_error
from lethe.effect_status(:'request')`;

/** Ends once the request is completed. */
export async function tellOutside(world: World, services: Services, departing: Departing): Promise<void> {
  const { person, request, files } = departing;
  prose(`
    Her data is erased; the request isn't completed. Her pictures are in a blob store, she is a customer of the
    billing service, a person in the analytics, a contact of the newsletter. What each needs to forget her was
    captured before it was erased, in the same transaction, and the worker takes it there. The billing service
    is down just now:
  `);
  await untilOpen(world, request, ["billing", "goodbye"]);
  const during = await world.ask<Effect>(owner, EFFECTS, { request });
  show(during);
  claim(
    "Everybody but the billing service has said yes, and only the mail that comes after it waits for it.",
    during
      .filter(({ state }) => state !== "done")
      .map(({ name, state, last_error: code }) => [name, state, code]),
    [
      ["billing", "pending", "http_503"],
      ["goodbye", "pending", null],
    ],
  );
  check("the request is erased", await stateOf(world, request), "erased");

  prose(
    "The billing service comes back. Half a minute later it is asked again; the demo sets the clock forward:",
  );
  services.billing.isDown = false;
  await world.ask(
    owner,
    "update lethe.effect set next_attempt_at = now()\nwhere request_id = :'request' and name = 'billing'",
    { request },
  );
  await world.sql`select pg_notify('lethe', '')`;
  await untilOpen(world, request, []);
  const after = await world.ask<Effect>(owner, EFFECTS, { request });
  show(after);
  claim(
    "All effects are done, and with the last of them the request is completed.",
    [after.filter(({ state }) => state !== "done").length, await stateOf(world, request)],
    [0, "completed"],
  );

  prose("What the services received, as they wrote it down:");
  table(
    ["service", "request"],
    services.received.map(({ service, what }) => [service, what]),
  );
  const got = (service: string) =>
    services.received.filter((each) => each.service === service).map(({ what }) => what);
  claim(
    `The blob store was told of each of her ${files.length} files once, the others of her once.`,
    [
      got("Vercel Blob").toSorted(),
      got("Polar"),
      got("PostHog").map((what) => what.replace(/:.*/, "")),
      got("Loops"),
      got("Mail").filter((what) => what.startsWith(`to ${person.email}`)).length,
    ],
    [
      files.map((url) => `delete ${url}`).toSorted(),
      [`DELETE /v1/customers/external/${person.id}?anonymize=true`],
      [`user_deleted of ${person.id}`],
      [`POST /v1/contacts/delete ${JSON.stringify({ email: person.email })}`],
      1,
    ],
  );
  const digests = await world.sql`select from graphile_worker.jobs where task_identifier = 'weekly_digest'`;
  claim(
    "The mail that waited for her in the queue is gone: nothing acts for who has left.",
    digests.length,
    0,
  );
  const [left] = await world.sql`
    select count(*)::integer as payloads from lethe.effect where request_id = ${request} and payload is not null
  `;
  claim("Nothing of what they were sent is kept.", left?.payloads, 0);
}

function show(effects: Effect[]): void {
  table(
    ["name", "handler", "state", "attempts", "last_error"],
    effects.map((each) => [each.name, each.handler, each.state, each.attempts, each.last_error]),
  );
}

/** Waits until only these effects are open, and a worker has none of them. */
async function untilOpen({ sql }: World, request: string, names: string[]): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const open = await sql<{ name: string; state: string }[]>`
      select name, state from lethe.effect
      where request_id = ${request} and state not in ('done', 'skipped')
      order by name
    `;
    const isSo =
      open.every(({ state }) => state === "pending") &&
      open.map(({ name }) => name).join() === names.join() &&
      (names.length === 0 || !(await isFresh(sql, request, names[0] as string)));
    if (isSo || performance.now() > deadline) return;
    await sleep(10);
  }
}

async function isFresh(sql: World["sql"], request: string, name: string): Promise<boolean> {
  const [row] =
    await sql`select attempts = 0 as fresh from lethe.effect where request_id = ${request} and name = ${name}`;
  return row?.fresh === true;
}

async function stateOf({ sql }: World, request: string): Promise<string | undefined> {
  const [row] = await sql<
    { state: string }[]
  >`select state from lethe.deletion_request where id = ${request}`;
  return row?.state;
}
