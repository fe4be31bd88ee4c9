/** From the annotation to the service: what SQL captures is what the handlers take, and the link in the mail works. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Pool } from "pg";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { content, defineErasure, keep, keepRest, pii, subject } from "../../../generator/index.ts";
import type { TaskContext } from "../../../worker/context.ts";
import { type ClaimedEffect, claimEffects, finishEffects } from "../../../worker/database/effects.ts";
import { openEffects } from "../../../worker/effects/config.ts";
import type { Delivery } from "../../../worker/effects/handler.ts";
import { env, loops, mail, polar, posthog, vercelBlob } from "../../../worker/effects/index.ts";
import { createRunner, type Result, type Runner } from "../../../worker/effects/runner.ts";
import { execute, makeDue, requestOf, schedule, useScenario } from "../../support/scenario.ts";
import { type Erasure, terms } from "../../support/schema-case.ts";
import { type StandIn, startStandIn } from "../../unit/effects/stand-in.ts";

const store = "https://abc.public.blob.vercel-storage.com";
const erasure: Erasure = defineErasure({
  ...terms,
  access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::bigint" },
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        name: pii.replace("Deleted user"),
        image: pii.null({ effect: "avatar" }),
        pictures: pii.null({ effect: "pictures" }),
        ...keepRest({}),
      },
    }),
    uploads: content({ owner: "user_id", rows: "delete" }),
  },
  effects: {
    avatar: { handler: "blob" },
    pictures: { handler: "blob" },
    uploads: { handler: "blob", forEach: "uploads", payload: { url: "t.url" } },
    billing: { handler: "billing", payload: { externalId: "t.id" } },
    analytics: {
      handler: "analytics",
      payload: {
        distinctId: "t.id",
        traits: "jsonb_build_object('status', 'deleted')",
        timestamp: "r.requested_at",
      },
    },
    newsletter: { handler: "newsletter", payload: { email: "t.email" } },
    scheduled: {
      handler: "mail",
      at: "schedule",
      payload: { to: "t.email", name: "t.name", scheduledFor: "r.scheduled_for", token: "cancel_token" },
    },
    gone: { handler: "mail", payload: { to: "t.email" } },
  },
});

const db = useScenario(
  `
  create table users (
    id bigint primary key, email text not null unique, name text not null, image text, pictures text[]
  );
  create table uploads (id bigint primary key, user_id bigint references users, url text not null);
  create index on uploads (user_id);
  `,
  erasure,
);

let standIn: StandIn;
let runner: Runner;
const mails: string[] = [];
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  onData(stream, _, done) {
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    stream.on("end", () => done(null, String(mails.push(text))));
  },
});

beforeAll(async () => {
  standIn = await startStandIn(
    ({ method }) => (method === "DELETE" ? { status: 204 } : { status: 200, body: '{"success":true}' }),
    (status) => ({ status }),
  );
  smtp.listen(0, "127.0.0.1");
  await once(smtp.server, "listening");
  const { port } = smtp.server.address() as AddressInfo;
  process.env.VERCEL_BLOB_API_URL = standIn.url;
  const secret = env("SECRET");
  const handlers = {
    blob: vercelBlob({ token: secret }),
    billing: polar({ accessToken: secret, baseUrl: standIn.url }),
    analytics: posthog({ projectToken: "phc", host: standIn.url }),
    newsletter: loops({ apiKey: secret, baseUrl: standIn.url }),
    mail: mail({
      host: "127.0.0.1",
      port,
      requireTls: false,
      from: "a@example.com",
      product: "Acme",
      undoUrl: "https://acme.example/keep",
    }),
  };
  runner = createRunner(await openEffects({ handlers }, { SECRET: "vercel_blob_rw_abc_secret" }));
});
afterAll(async () => {
  await runner.close();
  standIn.close();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});

/** As a worker does it. */
async function deliver(handler: string): Promise<string[]> {
  const pool = new Pool({ connectionString: db.url, max: 1 });
  const client = await pool.connect();
  try {
    const claimed = await claimEffects(context, client, handler, 100, 60_000);
    const results = claimed.map(async (each) => {
      const result = await runner.run(handler, each.payload, deliveryOf(each));
      return { effect: each.effect_id, attempt: each.attempt, result };
    });
    const finished = await Promise.all(results);
    await finishEffects(context, client, finished);
    return claimed.map(({ name }, at) => `${name}: ${stateOf(finished[at]?.result)}`).sort();
  } finally {
    client.release();
    await pool.end();
  }
}

const context = { schema: "lethe" } as TaskContext;

const stateOf = (result: Result | undefined): string =>
  result !== undefined && "code" in result ? result.code : String(result?.state);

const deliveryOf = (each: ClaimedEffect): Delivery => ({
  idempotencyKey: each.idempotency_key,
  attempt: each.attempt,
  signal: new AbortController().signal,
  effect: each.name,
  requestId: each.request_id,
  at: each.at,
});

/** Larger than what JSON numbers hold exactly. */
const id = "9007199254740993";

test("scheduled, taken back by the link in the mail, scheduled again, erased, completed", async () => {
  await db.sql`
    insert into users values
      (${id}, 'mara@example.com', 'Mara', ${`${store}/mara.png`}, array[${`${store}/1.png`}, ${`${store}/2.png`}])
  `;
  await db.sql`insert into uploads values (1, ${id}, ${`${store}/upload.pdf`})`;

  await schedule(db.sql, id);
  expect(await deliver("mail")).toEqual(["scheduled: done"]);
  const text = (mails[0] as string).replaceAll("=\r\n", "").replaceAll("=3D", "=");
  expect(text).toContain("Hello Mara,");
  const token = /https:\/\/acme\.example\/keep\?token=(\w+)/.exec(text)?.[1] as string;
  const [back] = await db.sql`select lethe.cancel_deletion_by_token(${token})::text as id`;
  expect(back).toEqual({ id });

  await db.sql`update lethe.deletion_request set cancelled_at = cancelled_at - interval '2 days'`;
  const { request_id: request } = await schedule(db.sql, id);
  expect(await deliver("mail")).toEqual(["scheduled: done"]);
  await makeDue(db.sql, request);
  expect(await execute(db.sql, id)).toBe("erased");

  expect(await deliver("blob")).toEqual(["avatar: done", "pictures: done", "uploads: done"]);
  const urls = standIn.calls
    .filter(({ path }) => path === "/delete")
    .flatMap(({ body }) => JSON.parse(body).urls);
  expect(urls.sort()).toEqual(["1.png", "2.png", "mara.png", "upload.pdf"].map((name) => `${store}/${name}`));
  expect(await deliver("newsletter")).toEqual(["newsletter: done"]);
  expect(await deliver("billing")).toEqual(["billing: done"]);
  expect(standIn.calls.at(-1)?.path).toBe(`/v1/customers/external/${id}?anonymize=true`);
  expect(await deliver("analytics")).toEqual(["analytics: done"]);
  expect(JSON.parse(standIn.calls.at(-1)?.body as string).batch[0]).toMatchObject({
    distinct_id: id,
    properties: { $set: { status: "deleted" } },
  });
  expect(await deliver("mail")).toEqual(["gone: done"]);
  expect((await requestOf(db.sql, id)).state).toBe("completed");
});
