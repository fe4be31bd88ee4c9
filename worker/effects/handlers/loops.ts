import { z } from "zod";
import { failureOf } from "../classify.ts";
import { handlerKind } from "../define.ts";
import { loadSdk } from "../sdk.ts";
import { untilAborted } from "./calls.ts";
import { key, nothingToDo, stableUuid, traits, url } from "./shapes.ts";

type Client = import("loops").LoopsClient;
type Properties = Record<string, string | number | boolean | null>;

/** Loops gives ten calls a second and says nothing about when to come back. */
const PAUSE_SECONDS = 1;

/** Deletes or anonymizes the contact. */
export const loops = handlerKind({
  kind: "loops",
  about:
    "Deletes or anonymizes the contact at Loops, found by the e-mail that was captured before the erasure. One that isn't there is deleted.",
  mainFields: ["email"],
  sdk: "loops",
  settings: (given) => ({
    apiKey: given.secret().describe("of the team's settings"),
    mode: z
      .enum(["delete", "anonymize"])
      .default("delete")
      .describe("`delete` (default), or `anonymize`: the contact stays, unsubscribed from everything"),
    baseUrl: given.text(url()).optional().describe("another address of the API"),
  }),
  payload: z.object({
    email: z.string().nullish().describe("the address before the erasure"),
    newEmail: z.string().nullish().describe("anonymize: the address after it"),
    userId: key().describe("anonymize: the contact's user id, where it has none"),
    traits: traits().describe("anonymize: properties to write; names are cleared without them"),
  }),
  async open({ apiKey, mode, baseUrl }) {
    const { LoopsClient } = await loadSdk("loops", () => import("loops"));
    const client = new LoopsClient(apiKey);
    if (baseUrl !== undefined) Object.assign(client, { apiRoot: `${baseUrl.replace(/\/$/, "")}/` });
    return {
      async deliver(payload, { idempotencyKey, signal }) {
        const { email } = payload;
        if (!email) return nothingToDo();
        const id = stableUuid(idempotencyKey, "loops");
        const work = () =>
          mode === "delete" ? remove(client, email) : anonymize(client, { ...payload, email }, id);
        try {
          return (await untilAborted(signal, work))
            ? { state: "done", receipt: mode === "delete" ? { deleted: 1 } : { anonymized: 1 } }
            : { state: "skipped", receipt: { reason: "not_found" } };
        } catch (error) {
          // The only error of the SDK without a status.
          if ((error as Error).name !== "RateLimitExceededError") throw error;
          throw failureOf(429, { "retry-after": PAUSE_SECONDS });
        }
      },
    };
  },
});

/** Whether there was one. */
async function remove(client: Client, email: string): Promise<boolean> {
  try {
    await client.deleteContact({ email });
    return true;
  } catch (error) {
    // Loops says so in JSON: the 404 of a wrong address isn't a contact that is gone.
    const { statusCode, json } = error as { statusCode?: unknown; json?: { success?: unknown } | null };
    if (statusCode === 404 && json?.success === false) return false;
    throw error;
  }
}

interface Change {
  email: string;
  newEmail?: string | null | undefined;
  userId?: string | null | undefined;
  traits?: Properties | null | undefined;
}

/**
 * Looks first: an update of nobody would make a contact with the very address that is to be forgotten. Loops changes an
 * address only where a user id leads to the contact, so that comes in a call of its own.
 */
async function anonymize(client: Client, change: Change, fallbackId: string): Promise<boolean> {
  const [contact] = await client.findContact({ email: change.email });
  if (contact === undefined) return false;
  const userId = contact.userId ?? change.userId ?? fallbackId;
  if (contact.userId === null) await client.updateContact({ email: change.email, userId });
  await client.updateContact({
    userId,
    // Without a new one the address goes all the same.
    email: change.newEmail ?? `deleted_${fallbackId}@deleted.invalid`,
    properties: { firstName: null, lastName: null, ...change.traits, subscribed: false },
    mailingLists: Object.fromEntries(Object.keys(contact.mailingLists ?? {}).map((list) => [list, false])),
  });
  return true;
}
