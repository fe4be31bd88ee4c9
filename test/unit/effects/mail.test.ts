/** mail(), through nodemailer, against a real SMTP server that accepts, refuses, defers and cuts. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { openEffects } from "../../../worker/effects/config.ts";
import type { Delivery } from "../../../worker/effects/handler.ts";
import { env, mail } from "../../../worker/effects/index.ts";
import { createRunner } from "../../../worker/effects/runner.ts";

type Settings = Parameters<typeof mail>[0];
type Fault = 550 | 451 | "cut_before" | "cut_within" | "lost" | "hang";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function begin(fault?: Fault, settings: Partial<Settings> = {}) {
  const accepted: string[] = [];
  let failing = fault;
  const hanging = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const options: SMTPServerOptions = {
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    onAuth({ username, password }, _, done) {
      if (username === "lethe" && password === "right") return done(null, { user: "lethe" });
      done(new Error("MARKER may not"));
    },
    onRcptTo({ address }, _, done) {
      if (failing !== 550 && failing !== 451) return done();
      done(Object.assign(new Error(`${address} isn't here`), { responseCode: failing }));
    },
    onData(stream, session, done) {
      let text = "";
      stream.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
        if (failing === "cut_within") end(session.id);
      });
      stream.on("end", () => {
        if (failing === "cut_within") return;
        accepted.push(text);
        if (failing === "hang") return hanging.resolve();
        if (failing === "lost") return end(session.id);
        done();
      });
    },
    onClose: () => closed.resolve(),
  };
  const server = new SMTPServer(options);
  const end = (id: string) => {
    for (const connection of server.connections as Set<{ id: string; _socket: { destroy(): void } }>) {
      if (connection.id === id) connection._socket.destroy();
    }
  };
  server.on("error", () => {});
  server.server.on("connection", (socket) => {
    if (failing === "cut_before") socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  const declaration = mail({
    host: "127.0.0.1",
    port,
    requireTls: false,
    from: "Acme <accounts@acme.example>",
    product: "Acme",
    undoUrl: "https://acme.example/undo?from=mail",
    ...settings,
  });
  const handlers = await openEffects(
    { handlers: { it: declaration } },
    { USER: "lethe", PASSWORD: "right", WRONG: "MARKER", URL: `smtp://lethe:right@127.0.0.1:${port}` },
  );
  cleanups.push(async () => await handlers.get("it")?.close?.());
  return {
    accepted,
    hanging: hanging.promise,
    closed: closed.promise,
    mend: () => {
      failing = undefined;
    },
    async deliver(more: Record<string, unknown> = {}, delivery: Partial<Delivery> = {}) {
      const payload = { to: "marker@example.com", name: "MARKER", ...more };
      const result = await createRunner(handlers).run("it", payload, {
        idempotencyKey: "key-1",
        attempt: 1,
        signal: new AbortController().signal,
        effect: "mail",
        requestId: "1",
        at: "schedule",
        ...delivery,
      });
      expect(JSON.stringify(result).toLowerCase()).not.toContain("marker");
      return result;
    },
  };
}

/** Unfolds headers, and undoes quoted-printable. */
function read(message: string) {
  const [head = "", ...rest] = message.split("\r\n\r\n");
  const headers = Object.fromEntries(
    head
      .replace(/\r\n[ \t]+/g, " ")
      .split("\r\n")
      .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  );
  const body = rest
    .join("\r\n\r\n")
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return { headers, body };
}

const person = { scheduledFor: "2030-03-14T12:00:00+00:00", token: "t/o+k en" };

describe("what is sent", () => {
  test("scheduled: the day, and a link that takes it back", async () => {
    const { accepted, deliver } = await begin();
    expect(await deliver(person)).toEqual({
      state: "done",
      receipt: { status: 250, messageId: expect.stringMatching(/^<[0-9a-f-]{36}@acme\.example>$/) },
    });
    const { headers, body } = read(accepted[0] as string);
    expect(headers).toMatchObject({
      from: "Acme <accounts@acme.example>",
      to: "marker@example.com",
      subject: "Your Acme account will be deleted",
      "auto-submitted": "auto-generated",
    });
    expect(body).toContain("going to be deleted on 14 March 2030");
    expect(body).toContain("https://acme.example/undo?from=mail&token=t%2Fo%2Bk+en");
    expect(body).toContain('<a href="https://acme.example/undo?from=mail&amp;token=t%2Fo%2Bk+en">');
  });

  test.each([
    ["before", "Your Acme account will be deleted in 3 days", "can't be brought back"],
    ["cancel", "Your Acme account stays", "won't be deleted"],
    ["execute", "Your Acme account has been deleted", "the last mail"],
  ] as const)("at %s: %s", async (at, subject, text) => {
    const { accepted, deliver } = await begin();
    const scheduledFor = new Date(Date.now() + 2.5 * 86_400_000).toISOString();
    await deliver({ scheduledFor }, { at });
    const { headers, body } = read(accepted[0] as string);
    expect(headers.subject).toBe(subject);
    expect(body).toContain(text);
    expect(body, "no link without a token").not.toContain("http");
  });

  test("templates of one's own", async () => {
    const { accepted, deliver } = await begin(undefined, {
      templates: {
        scheduled: ({ name, daysLeft }) => ({
          subject: `Bye\r\nBcc: x@example.com`,
          text: `${name} ${daysLeft}`,
        }),
      },
    });
    await deliver(person);
    const { headers, body } = read(accepted[0] as string);
    expect(headers.subject).toBe("Bye Bcc: x@example.com");
    expect(headers.bcc).toBeUndefined();
    expect(body).toMatch(/^MARKER \d+/);
  });

  test("a name is text, in the text and in HTML", async () => {
    const { accepted, deliver } = await begin();
    await deliver({ name: "<img src=x>\r\nBcc: x@example.com" });
    const { headers, body } = read(accepted[0] as string);
    expect(headers.bcc).toBeUndefined();
    expect(body).toContain("Hello &lt;img src=x&gt;");
  });

  test.each([
    "a@example.com, b@example.com",
    "a@example.com\r\nBcc: b@example.com",
    "A <a@example.com>",
    "nobody",
    "a@example.com;b@example.com",
  ])("%j is not an address, and nothing is sent", async (to) => {
    const { accepted, deliver } = await begin();
    expect(await deliver({ to })).toEqual({ state: "failed", code: "payload to" });
    expect(accepted).toEqual([]);
  });

  test("no address: nothing to do", async () => {
    const { deliver } = await begin("cut_before");
    expect(await deliver({ to: null })).toMatchObject({ state: "skipped" });
  });
});

describe("what goes wrong", () => {
  test.each([
    [550, { state: "failed", code: "smtp_550" }],
    [451, { state: "retry", code: "smtp_451" }],
    ["cut_before", { state: "retry", code: expect.stringMatching(/^E[A-Z]+$/) }],
    ["cut_within", { state: "retry", code: expect.stringMatching(/^E[A-Z]+$/) }],
    ["lost", { state: "retry", code: expect.stringMatching(/^E[A-Z]+$/) }],
  ] as const)("%s", async (fault, expected) => {
    const { accepted, deliver, mend } = await begin(fault);
    expect(await deliver(person)).toEqual(expected);
    mend();
    expect(await deliver(person)).toMatchObject({ state: "done" });
    expect(accepted).toHaveLength(fault === "lost" ? 2 : 1);
    const ids = new Set(accepted.map((message) => read(message).headers["message-id"]));
    expect(ids.size, "the second is known as the first").toBe(1);
  });

  test("another key is another mail", async () => {
    const { accepted, deliver } = await begin();
    await deliver(person);
    await deliver(person, { idempotencyKey: "key-2" });
    expect(new Set(accepted.map((message) => read(message).headers["message-id"])).size).toBe(2);
  });

  test("a password that is refused is about us: tried again", async () => {
    const wrong = await begin(undefined, { user: env("USER"), password: env("WRONG") });
    expect(await wrong.deliver(person)).toEqual({ state: "retry", code: "smtp_535" });
    const right = await begin(undefined, { user: env("USER"), password: env("PASSWORD") });
    expect(await right.deliver(person)).toMatchObject({ state: "done" });
  });

  test.each([
    ["a host", {}],
    ["a URL", { url: env("URL") }],
  ])("nothing is sent to %s in the open, unless somebody says so", async (_, settings) => {
    const shy = await begin(undefined, { ...settings, requireTls: true });
    expect(await shy.deliver(person)).toMatchObject({ state: "retry" });
    expect(shy.accepted).toEqual([]);
    const open = await begin(undefined, settings);
    expect(await open.deliver(person)).toMatchObject({ state: "done" });
  });

  test("the worker stops: the connection is closed", async () => {
    const { closed, deliver, hanging } = await begin("hang");
    const stop = new AbortController();
    const running = deliver(person, { signal: stop.signal });
    await hanging;
    stop.abort();
    expect(await running).toEqual({ state: "unavailable", retryAfterMs: 0 });
    expect(await Promise.race([closed.then(() => "closed"), sleep(30_000, "open", { ref: false })])).toBe(
      "closed",
    );
  });
});
