import { z } from "zod";
import { failureOf } from "../classify.ts";
import { handlerKind } from "../define.ts";
import { type Outcome, PassingFailure } from "../handler.ts";
import { loadSdk } from "../sdk.ts";
import { createCalls } from "./calls.ts";
import { deletePerson } from "./posthog-delete.ts";
import { key, moment, nothingToDo, stableUuid, traits, url } from "./shapes.ts";

const PERSONAL = [
  ...["email", "name", "first_name", "last_name", "firstName", "lastName", "username", "phone"],
  ...["avatar", "image", "address", "birthday"],
];

/** Anonymizes or deletes the person, and captures `user_deleted`. */
export const posthog = handlerKind({
  kind: "posthog",
  about:
    "Anonymizes the person at PostHog (new traits are set, personal properties removed) or deletes it with events and recordings, and captures `user_deleted`.",
  mainFields: ["distinctId"],
  sdk: "posthog-node",
  settings: (given) => ({
    projectToken: given.text().describe("the project's token, `phc_…`"),
    host: given
      .text(url())
      .default("https://us.i.posthog.com")
      .describe("where events go (default: `https://us.i.posthog.com`)"),
    event: z
      .union([z.string().min(1), z.literal(false)])
      .default("user_deleted")
      .describe("what is captured (default: `user_deleted`); `false`: nothing"),
    unset: z
      .array(z.string())
      .default(PERSONAL)
      .describe(`anonymize: properties that are removed (default: ${PERSONAL.join(", ")})`),
    delete: z
      .strictObject({
        projectId: given.text(),
        personalApiKey: given.secret(),
        appHost: given.text(url()).optional(),
      })
      .optional()
      .describe(
        "delete the person, its events and recordings instead: `{ projectId, personalApiKey }`, a key with the scope `person:write`, and `appHost` where PostHog isn't its cloud",
      ),
  }),
  payload: z.object({
    distinctId: key().describe("the id under which the application identifies the person"),
    traits: traits().describe("anonymize: properties of the person to set"),
    timestamp: moment().describe(
      "when it happened. PostHog tells a repeated event by its id and its day: give it, or a retry after midnight (UTC) counts twice",
    ),
  }),
  async open({ projectToken, host, event, unset, delete: deletion }) {
    const { PostHog } = await loadSdk("posthog-node", () => import("posthog-node"));
    const calls = createCalls();
    const client = new PostHog(projectToken, {
      host,
      fetch: calls.fetch as never,
      fetchRetryCount: 0,
      requestTimeout: 600_000,
      disableCompression: true,
      disableGeoip: true,
    });
    // The SDK tells of failed events here, and says nothing to the caller: see accepted().
    client.on("error", () => {});

    const capture = (
      signal: AbortSignal,
      message: Parameters<typeof client.captureImmediate>[0],
    ): Promise<void> =>
      calls.run(signal, async (seen) => {
        await client.captureImmediate(message);
        if (seen.error !== undefined) throw seen.error;
        if (seen.response === undefined) throw new PassingFailure("not_sent");
        if (!seen.response.ok) throw failureOf(seen.response.status, seen.response.headers);
      });

    return {
      async deliver({ distinctId, traits: given, timestamp }, { idempotencyKey, signal }) {
        if (!distinctId) return nothingToDo();
        const common = {
          uuid: stableUuid(idempotencyKey, "posthog"),
          ...(timestamp ? { timestamp: new Date(timestamp) } : {}),
        };
        if (deletion === undefined) {
          const set = given ?? {};
          const properties = { $set: set, $unset: unset.filter((name) => !(name in set)) };
          await capture(signal, { ...common, distinctId, event: event || "$set", properties });
          return { state: "done", receipt: { anonymized: 1 } };
        }
        const outcome: Outcome = await deletePerson({ host, ...deletion }, distinctId, signal);
        if (event !== false) {
          // Under the person's own id it would make the person anew.
          const properties = { $process_person_profile: false };
          await capture(signal, { ...common, distinctId: common.uuid, event, properties });
        }
        return outcome;
      },
      close: () => client.shutdown(5_000),
    };
  },
});
