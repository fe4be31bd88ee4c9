import { z } from "zod";
import { handlerKind } from "../define.ts";
import { type Delivery, type Outcome, PassingFailure, PermanentFailure } from "../handler.ts";
import { loadSdk } from "../sdk.ts";
import { createCalls } from "./calls.ts";
import { key, nothingToDo, url } from "./shapes.ts";

type Client = InstanceType<typeof import("stripe").default>;

/** Deletes the customer, or redacts what Stripe knows of it. */
export const stripe = handlerKind({
  kind: "stripe",
  about:
    "Deletes the customer at Stripe, which ends subscriptions. Charges and invoices stay readable there, as its books need them; a redaction job redacts those too. A customer that isn't there is deleted.",
  mainFields: ["customerId"],
  sdk: "stripe",
  settings: (given) => ({
    apiKey: given.secret().describe("secret or restricted key that may write customers"),
    redaction: z
      .strictObject({ apiVersion: z.string() })
      .optional()
      .describe(
        'a redaction job instead, as `{ apiVersion: "2026-06-24.preview" }`: a preview that Stripe must have opened for the account',
      ),
    stripeAccount: given.text().optional().describe("a connected account"),
    baseUrl: given.text(url()).optional().describe("another address of the API"),
  }),
  payload: z.object({ customerId: key().describe("Stripe's key of the customer, `cus_…`") }),
  async open({ apiKey, redaction, stripeAccount, baseUrl }) {
    const { default: Stripe } = await loadSdk("stripe", () => import("stripe"));
    const calls = createCalls();
    const client = new Stripe(apiKey, {
      maxNetworkRetries: 0,
      telemetry: false,
      httpClient: Stripe.createFetchHttpClient(calls.fetch),
      ...(stripeAccount === undefined ? {} : { stripeAccount }),
      ...(baseUrl === undefined ? {} : hostOf(new URL(baseUrl))),
    });
    return {
      async deliver({ customerId }, delivery) {
        if (!customerId) return nothingToDo();
        return await calls.run(delivery.signal, async () => {
          try {
            return redaction === undefined
              ? await remove(client, customerId)
              : await redact(client, customerId, redaction.apiVersion, delivery);
          } catch (error) {
            // A wrong address has a 404 too, without Stripe's code.
            if ((error as { code?: unknown }).code !== "resource_missing") throw error;
            return { state: "skipped", receipt: { reason: "not_found" } };
          }
        });
      },
    };
  },
});

async function remove(client: Client, customerId: string): Promise<Outcome> {
  // Stripe's DELETE knows no idempotency key, and needs none.
  const { deleted, lastResponse } = await client.customers.del(customerId);
  if (deleted !== true) throw new PassingFailure("not_deleted");
  return { state: "done", receipt: { deleted: 1, request: lastResponse.requestId } };
}

/**
 * A job validates, waits to be run, and redacts, in its own time: each delivery takes it a step on. The key leads back
 * to the same job for as long as Stripe keeps keys, a day.
 */
async function redact(
  client: Client,
  customerId: string,
  apiVersion: string,
  { idempotencyKey }: Delivery,
): Promise<Outcome> {
  const path = "/v1/privacy/redaction_jobs";
  const created = (await client.rawRequest(
    "POST",
    path,
    { objects: { customers: [customerId] }, validation_behavior: "fix" },
    { apiVersion, idempotencyKey },
  )) as { id: string };
  const at = `${path}/${encodeURIComponent(created.id)}`;
  const job = (await client.rawRequest("GET", at, undefined, { apiVersion })) as { status: string };
  if (job.status === "succeeded") return { state: "done", receipt: { redacted: 1, job: created.id } };
  if (job.status === "failed" || job.status.startsWith("cancel")) {
    throw new PermanentFailure(`redaction_${job.status}`);
  }
  if (job.status === "ready") {
    await client.rawRequest("POST", `${at}/run`, {}, { apiVersion, idempotencyKey: `${idempotencyKey}-run` });
  }
  throw new PassingFailure("redaction_running", { retryAfterMs: 60_000 });
}

function hostOf({ protocol, hostname, port }: URL) {
  const scheme = protocol === "http:" ? ("http" as const) : ("https" as const);
  return { protocol: scheme, host: hostname, port: port || (scheme === "http" ? 80 : 443) };
}
