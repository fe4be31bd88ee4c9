import { z } from "zod";
import { failureOf } from "../classify.ts";
import { handlerKind } from "../define.ts";
import { PassingFailure } from "../handler.ts";
import { loadSdk } from "../sdk.ts";
import { key, nothingToDo, url } from "./shapes.ts";

const SDK = "@polar-sh/sdk";

/** Deletes the customer with the application's key. */
export const polar = handlerKind({
  kind: "polar",
  about:
    "Deletes the customer with the application's key at Polar, which ends subscriptions and benefits. One that isn't there is deleted.",
  sdk: SDK,
  mainFields: ["externalId"],
  settings: (given) => ({
    accessToken: given.secret().describe("organization access token with the scope customers:write"),
    environment: given
      .text(z.enum(["production", "sandbox"]))
      .default("production")
      .describe("`production` (default) or `sandbox`"),
    anonymize: z
      .boolean()
      .default(true)
      .describe("Polar also hashes name and e-mail in what it keeps for its books (default: true)"),
    organizationId: given.text().optional().describe("where the token reaches several organizations"),
    baseUrl: given.text(url()).optional().describe("another address of the API"),
  }),
  payload: z.object({ externalId: key().describe("the key under which Polar knows the person") }),
  async open({ accessToken, environment, anonymize, organizationId, baseUrl }) {
    const sdk = await loadSdk(SDK, () => import("@polar-sh/sdk/2026-10"));
    const { deleteExternalCustomers } = await loadSdk(
      SDK,
      () => import("@polar-sh/sdk/2026-10/services/customers"),
    );
    const client = sdk.createPolarCore({
      accessToken,
      environment: environment as "production" | "sandbox",
      organizationId,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      // The SDK gives up after five seconds; how long a delivery may take is the runner's to say.
      timeout: 600,
    });
    /** The SDK takes a signal nowhere, and keeps one that a request has. */
    const abortedBy = (signal: AbortSignal): typeof client => {
      const buildRequest: typeof client.buildRequest = (...parts) => {
        const [address, init] = client.buildRequest(...parts);
        return [address, { ...init, signal }];
      };
      return Object.create(client, { buildRequest: { value: buildRequest } });
    };
    return {
      async deliver({ externalId }, { signal }) {
        if (!externalId) return nothingToDo();
        try {
          await deleteExternalCustomers(abortedBy(signal))(externalId, { anonymize });
          return { state: "done", receipt: { deleted: 1, anonymized: anonymize } };
        } catch (error) {
          if (isUnknownCustomer(error)) return { state: "skipped", receipt: { reason: "not_found" } };
          throw meaningOf(error);
        }
      },
    };
  },
});

/** Polar says so by name: the 404 of a wrong address isn't a customer that is gone. */
function isUnknownCustomer(error: unknown): boolean {
  const { statusCode, error: body } = error as { statusCode?: unknown; error?: { error?: unknown } };
  return statusCode === 404 && body?.error === "ResourceNotFound";
}

/** Two of the SDK's errors keep what matters in their text alone. */
function meaningOf(error: unknown): unknown {
  const { name, message, retryAfter } = error as {
    name: string;
    message: string;
    retryAfter?: number | null;
  };
  if (name === "PolarRateLimitError") return failureOf(429, retryAfter ? { "retry-after": retryAfter } : {});
  if (name === "PolarServerError") return failureOf(Number(/: (\d{3}) /.exec(message)?.[1] ?? 500));
  if (name === "PolarNetworkError") return new PassingFailure("network");
  return error;
}
