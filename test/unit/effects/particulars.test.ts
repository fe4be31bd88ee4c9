/** What one service has and the others haven't. */
import { afterEach, describe, expect, test } from "vitest";
import { openEffects } from "../../../worker/effects/config.ts";
import type { HandlerDeclaration } from "../../../worker/effects/define.ts";
import { env, loops, posthog, s3, stripe, vercelBlob, webhook } from "../../../worker/effects/index.ts";
import { createRunner, type Result } from "../../../worker/effects/runner.ts";
import { json, plainFailure } from "./services.ts";
import { redactionCalls } from "./services-delete.ts";
import { s3Environment, s3Of, s3World } from "./services-s3.ts";
import { type Answer, type Call, startStandIn } from "./stand-in.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const environment = { ...s3Environment, KEY: "sk_test_secret", TOKEN: "vercel_blob_rw_abc123_secret" };

async function begin(handle: (call: Call) => Answer | Promise<Answer>) {
  const standIn = await startStandIn(handle, plainFailure);
  cleanups.push(standIn.close);
  return {
    standIn,
    async deliver(declaration: HandlerDeclaration, payload: unknown): Promise<Result> {
      const handlers = await openEffects({ handlers: { it: declaration } }, environment);
      const result = await createRunner(handlers).run("it", payload, {
        idempotencyKey: "key-1",
        attempt: 1,
        signal: new AbortController().signal,
        effect: "effect",
        requestId: "1",
        at: "execute",
      });
      expect(standIn.complaints).toEqual([]);
      await handlers.get("it")?.close?.();
      return result;
    },
  };
}

describe("s3", () => {
  test("a prefix over pages, its neighbours untouched", async () => {
    const others = ["MARKER0/x", "MARKER", "other/x"];
    const mine = ["1", "2", "3", "4", "5/6", "5/7", "8"].map((name) => `MARKER/${name}`);
    const world = await s3World([...mine, ...others]);
    cleanups.push(() => world.close?.());
    for (const folder of ["MARKER", "MARKER/5"]) world.keep(folder);
    // The server can't make tokens on this OpenSSL: its listings are cut into pages here.
    const { deliver, standIn } = await begin(async (call) => {
      const answer = await world.forward(call);
      const all = answer.body?.match(/<Contents>.*?<\/Contents>/gs) ?? [];
      if (all.length <= 3) return answer;
      const first = all.slice(0, 3).join("");
      return { ...answer, body: answer.body?.replace(/<Contents>.*<\/Contents>/s, first) };
    });
    const result = await deliver(s3Of(standIn.url), { prefix: "MARKER/" });
    expect(result).toEqual({ state: "done", receipt: { deleted: 7 } });
    expect(standIn.calls.map(({ method }) => method).join(" ")).toBe("GET POST GET POST GET DELETE GET");
    expect(await world.keys("")).toEqual(others.sort());
  });

  test("several objects, in one call or in one each", async () => {
    const world = await s3World(["a", "b", "c", "d", "e"]);
    cleanups.push(() => world.close?.());
    const { deliver, standIn } = await begin(world.forward);
    expect(await deliver(s3Of(standIn.url), { key: "a", keys: ["b", null] })).toMatchObject({
      state: "done",
    });
    expect(standIn.calls).toHaveLength(1);
    expect(await deliver(s3Of(standIn.url, { bulk: false }), { keys: ["c", "d"] })).toMatchObject({
      state: "done",
    });
    expect(standIn.calls.slice(1).map(({ method }) => method)).toEqual(["DELETE", "DELETE"]);
    expect(await world.keys("")).toEqual(["e"]);
  });

  test("payloads that hold URLs: only where it is said what their keys are", async () => {
    const { deliver, standIn } = await begin(() => ({ status: 204 }));
    const publicUrl = "https://cdn.example.com/files";
    const values = [`${publicUrl}/a%20b/c.png?v=2`, "https://elsewhere.example.com/x.png", `${publicUrl}/`];
    const [first, ...others] = values;
    expect(await deliver(s3Of(standIn.url), { value: first })).toEqual({
      state: "failed",
      code: "url_without_publicUrl",
    });
    expect(await deliver(s3Of(standIn.url, { publicUrl }), { value: others })).toEqual({
      state: "skipped",
      receipt: { reason: "stored_elsewhere" },
    });
    expect(standIn.calls).toEqual([]);
    expect(await deliver(s3Of(standIn.url, { publicUrl }), { value: values })).toMatchObject({
      state: "done",
    });
    expect(standIn.calls.map(({ path }) => path.split("?")[0])).toEqual(["/uploads/a%20b/c.png"]);
  });

  test.each(["MARKER", "/", "", "//"])("%j is no prefix: nothing is called", async (prefix) => {
    const { deliver, standIn } = await begin(() => ({ status: 500 }));
    const result = await deliver(s3Of(standIn.url), { prefix });
    expect(result).toEqual({ state: "failed", code: "payload prefix" });
    expect(standIn.calls).toEqual([]);
  });

  const xml = (body: string): Answer => ({
    status: 200,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  });

  test.each([
    ["AccessDenied", { state: "failed", code: "AccessDenied" }],
    ["SlowDown", { state: "retry", code: "SlowDown" }],
  ])("a 200 that says %s of one object is no success", async (code, expected) => {
    const { deliver, standIn } = await begin(() =>
      xml(
        `<DeleteResult><Error><Key>MARKER</Key><Code>${code}</Code><Message>MARKER</Message></Error></DeleteResult>`,
      ),
    );
    expect(await deliver(s3Of(standIn.url), { keys: ["a", "b"] })).toEqual(expected);
  });

  test("a bucket with versioning is refused, until it is said what is meant", async () => {
    const { deliver, standIn } = await begin(() => ({
      status: 204,
      headers: { "x-amz-delete-marker": "true" },
    }));
    expect(await deliver(s3Of(standIn.url), { key: "a" })).toEqual({
      state: "failed",
      code: "bucket_keeps_versions",
    });
    expect(await deliver(s3Of(standIn.url, { versions: "keep" }), { key: "a" })).toEqual({
      state: "done",
      receipt: { deleted: 1, versions: "kept" },
    });
  });

  test("every version and every delete marker, of this key and no longer one", async () => {
    const { deliver, standIn } = await begin(({ path }) => {
      const query = new URL(path, "http://s3").searchParams;
      if (!query.has("versions")) return xml("<DeleteResult></DeleteResult>");
      expect(query.get("prefix")).toBe("a");
      const first = query.get("key-marker") === null;
      const entries = first
        ? "<Version><Key>a</Key><VersionId>v2</VersionId></Version>"
        : "<Version><Key>a</Key><VersionId>v1</VersionId></Version><DeleteMarker><Key>a</Key><VersionId>m1</VersionId></DeleteMarker><Version><Key>ab</Key><VersionId>v9</VersionId></Version>";
      return xml(
        `<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>v2</NextVersionIdMarker>${entries}</ListVersionsResult>`,
      );
    });
    expect(await deliver(s3Of(standIn.url, { versions: "delete" }), { key: "a" })).toEqual({
      state: "done",
      receipt: { deleted: 3, versions: "deleted" },
    });
    const deleted = standIn.calls.filter(({ path }) => !path.includes("versions"));
    expect(deleted.map(({ path }) => new URL(path, "http://s3").searchParams.get("versionId"))).toEqual([
      "v2",
      null,
    ]);
    expect(deleted[1]?.body).toMatch(/v1.*m1/);
    expect(deleted[1]?.body).not.toContain("v9");
  });
});

describe("vercelBlob", () => {
  test("a file that is stored elsewhere is none of ours", async () => {
    const { deliver, standIn } = await begin(() => ({ status: 500 }));
    const result = await deliver(vercelBlob({ token: env("TOKEN") }), {
      url: "https://lh3.example.com/a.png",
    });
    expect(result).toEqual({ state: "skipped", receipt: { reason: "stored_elsewhere" } });
    expect(standIn.calls).toEqual([]);
  });

  test("one of many isn't there: the others go", async () => {
    const seen: string[][] = [];
    const { deliver, standIn } = await begin(({ body }) => {
      const { urls } = JSON.parse(body);
      seen.push(urls);
      const status = urls.includes("b") ? 404 : 200;
      return json(status, status === 404 ? { error: { code: "not_found" } } : null);
    });
    process.env.VERCEL_BLOB_API_URL = standIn.url;
    const result = await deliver(vercelBlob({ token: env("TOKEN") }), { urls: ["a", "b", "c"] });
    expect(result).toMatchObject({ state: "done" });
    expect(seen).toEqual([["a", "b", "c"], ["a"], ["b"], ["c"]]);
  });
});

describe("stripe, redaction", () => {
  test("one job, whatever happens, and done only once it has succeeded", async () => {
    let status = "validating";
    const service = redactionCalls(() => status);
    const { deliver, standIn } = await begin((call) => service.handle(call));
    const redacting = () =>
      deliver(
        stripe({ apiKey: env("KEY"), baseUrl: standIn.url, redaction: { apiVersion: "2026-06-24.preview" } }),
        { customerId: "cus_MARKER" },
      );
    const running = { state: "retry", code: "redaction_running", retryAfterMs: 60_000 };
    expect(await redacting()).toEqual(running);
    expect([...service.runs]).toEqual([]);
    status = "ready";
    expect(await redacting()).toEqual(running);
    expect([...service.runs]).toEqual(["key-1-run"]);
    status = "redacting";
    expect(await redacting()).toEqual(running);
    status = "succeeded";
    expect(await redacting()).toEqual({ state: "done", receipt: { redacted: 1, job: "prj_1" } });
    expect(service.jobs.size).toBe(1);
    status = "failed";
    expect(await redacting()).toEqual({ state: "failed", code: "redaction_failed" });
  });
});

describe("loops, anonymize", () => {
  test("a contact with a user id needs one update, and nobody is made", async () => {
    const contact = { id: "c", email: "mara@example.com", userId: "7", mailingLists: {} };
    const { deliver, standIn } = await begin(({ method }) =>
      json(200, method === "GET" ? [contact] : { success: true }),
    );
    await deliver(loops({ apiKey: env("KEY"), mode: "anonymize", baseUrl: standIn.url }), {
      email: "mara@example.com",
      traits: { firstName: "Deleted" },
    });
    expect(standIn.calls.map(({ method }) => method)).toEqual(["GET", "PUT"]);
    expect(JSON.parse(standIn.calls[1]?.body as string)).toEqual({
      userId: "7",
      email: expect.stringMatching(/^deleted_.*@deleted\.invalid$/),
      firstName: "Deleted",
      lastName: null,
      subscribed: false,
      mailingLists: {},
    });
  });
});

describe("posthog, delete", () => {
  const answer = {
    persons_found: 1,
    persons_deleted: 1,
    events_queued_for_deletion: true,
    recordings_queued_for_deletion: true,
  };
  test.each([
    [{ ...answer, persons_deleted: 0, deletion_errors: [{ person_uuid: "MARKER" }] }, "not_deleted"],
    [{ ok: true }, "answer_not_understood"],
  ])("%j is no success", async (body, code) => {
    const { deliver, standIn } = await begin(() => json(202, body));
    const declaration = posthog({
      projectToken: "phc",
      host: standIn.url,
      delete: { projectId: "42", personalApiKey: env("KEY") },
    });
    expect(await deliver(declaration, { distinctId: "1" })).toEqual({ state: "retry", code });
  });
});

describe("webhook", () => {
  const opened = (settings: { url: string; insecure?: boolean }, secret: string) =>
    openEffects({ handlers: { it: webhook({ ...settings, secret: env("SECRET") }) } }, { SECRET: secret });

  test("http:// must be allowed, and a secret must be one", async () => {
    await expect(opened({ url: "http://example.com" }, "whsec_AAAA")).rejects.toThrow(/isn't https/);
    await expect(opened({ url: "https://example.com" }, "no base64!")).rejects.toThrow(/isn't base64/);
  });

  test("a redirect isn't followed", async () => {
    const { deliver, standIn } = await begin(() => ({ status: 302, headers: { location: "/elsewhere" } }));
    const secret = env("HOOK");
    const declaration = webhook({ url: standIn.url, secret, insecure: true });
    Object.assign(environment, { HOOK: `whsec_${Buffer.alloc(32, 1).toString("base64")}` });
    expect(await deliver(declaration, { userId: "1" })).toEqual({ state: "failed", code: "http_302" });
    expect(standIn.calls).toHaveLength(1);
  });
});

test("s3 without keys leaves them to the AWS SDK", async () => {
  const handlers = await openEffects({ handlers: { it: s3({ bucket: "uploads" }) } }, {});
  expect(handlers.get("it")?.kind).toBe("s3");
});
