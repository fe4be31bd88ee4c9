/** Services that are asked to delete somebody or something. */
import { expect } from "vitest";
import { env, polar, stripe, vercelBlob } from "../../../worker/effects/index.ts";
import { bearer, json, parsed, plainFailure, type Service, told } from "./services.ts";

const blobHost = "https://abc123.public.blob.vercel-storage.com";

/** https://vercel.com/docs/vercel-blob/using-blob-sdk#del: what isn't there is no error. */
export const vercelBlobService: Service = {
  name: "vercelBlob",
  environment: { BLOB_TOKEN: "vercel_blob_rw_abc123_secret" },
  declare(url) {
    process.env.VERCEL_BLOB_API_URL = url;
    return vercelBlob({ token: env("BLOB_TOKEN") });
  },
  payload: { url: `${blobHost}/MARKER.png`, urls: [null, "https://example.com/MARKER.png"] },
  unknown: { payload: { url: `${blobHost}/nobody.png` }, state: "done" },
  create() {
    const files = new Set([`${blobHost}/MARKER.png`]);
    let deleted = 0;
    return {
      handle(call) {
        expect(`${call.method} ${call.path}`).toBe("POST /delete");
        bearer(call, "vercel_blob_rw_abc123_secret");
        const { urls, ...rest } = parsed(call) as { urls: string[] };
        expect(rest).toEqual({});
        for (const url of urls) if (files.delete(url)) deleted++;
        return json(200, null);
      },
      effective: () => deleted,
    };
  },
  calls: 1,
  failure: (status) =>
    json(status, {
      error: { ...told, code: { 401: "forbidden", 429: "rate_limited" }[status] ?? "service_unavailable" },
    }),
  codes: { refused: "forbidden", server_error: "service_unavailable" },
};

/** https://polar.sh/docs/api-reference/customers/delete-external */
export const polarService: Service = {
  name: "polar",
  environment: { POLAR_TOKEN: "polar_oat_secret" },
  declare: (baseUrl) => polar({ accessToken: env("POLAR_TOKEN"), baseUrl }),
  payload: { externalId: "MARKER/1" },
  unknown: { payload: { externalId: "nobody" }, state: "skipped" },
  create() {
    const customers = new Set(["MARKER/1"]);
    let deleted = 0;
    return {
      handle(call) {
        const url = new URL(call.path, "http://polar");
        expect(call.method).toBe("DELETE");
        expect(url.pathname).toMatch(/^\/v1\/customers\/external\/[^/]+$/);
        expect(url.searchParams.get("anonymize")).toBe("true");
        bearer(call, "polar_oat_secret");
        if (!customers.delete(decodeURIComponent(url.pathname.split("/")[4] as string))) {
          return json(404, { error: "ResourceNotFound", detail: "MARKER not found" });
        }
        deleted++;
        return { status: 204 };
      },
      effective: () => deleted,
    };
  },
  calls: 1,
  failure: plainFailure,
  codes: { cut_before: "network", cut_within: "network", lost: "network" },
};

/** https://docs.stripe.com/api/customers/delete */
export const stripeService: Service = {
  name: "stripe",
  environment: { STRIPE_KEY: "sk_test_secret" },
  declare: (baseUrl) => stripe({ apiKey: env("STRIPE_KEY"), baseUrl }),
  payload: { customerId: "cus_MARKER" },
  unknown: { payload: { customerId: "cus_nobody" }, state: "skipped" },
  create() {
    const customers = new Set(["cus_MARKER"]);
    let deleted = 0;
    return {
      handle(call) {
        expect(call.method).toBe("DELETE");
        expect(call.path).toMatch(/^\/v1\/customers\/cus_\w+$/);
        bearer(call, "sk_test_secret");
        const id = call.path.split("/")[3] as string;
        if (!customers.delete(id)) {
          const message = `No such customer: '${id}'`;
          return json(404, { error: { type: "invalid_request_error", code: "resource_missing", message } });
        }
        deleted++;
        return json(200, { id, object: "customer", deleted: true }, { "request-id": "req_1" });
      },
      effective: () => deleted,
    };
  },
  calls: 1,
  failure: (status) => json(status, { error: { ...told, type: "api_error" } }),
};

/** https://docs.stripe.com/api/privacy/redaction-job: two deliveries here, the job having finished before the second. */
export const redactionCalls = (status: () => string) => {
  const jobs = new Map<string, string>();
  const runs = new Set<string>();
  return {
    jobs,
    runs,
    handle: (call: { method: string; path: string; body: string; headers: Record<string, unknown> }) => {
      expect(call.headers["stripe-version"]).toBe("2026-06-24.preview");
      const key = String(call.headers["idempotency-key"]);
      if (call.method === "POST" && call.path === "/v1/privacy/redaction_jobs") {
        const body = new URLSearchParams(call.body);
        expect(Object.fromEntries(body)).toEqual({
          "objects[customers][0]": "cus_MARKER",
          validation_behavior: "fix",
        });
        if (!jobs.has(key)) jobs.set(key, `prj_${jobs.size + 1}`);
        return json(200, { id: jobs.get(key), object: "privacy.redaction_job", status: "validating" });
      }
      if (call.method === "GET") return json(200, { id: "prj_1", status: status() });
      expect(call.path).toBe("/v1/privacy/redaction_jobs/prj_1/run");
      runs.add(key);
      return json(200, { id: "prj_1", status: "redacting" });
    },
  };
};
