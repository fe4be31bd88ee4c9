import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { UsageError } from "../../../generator/errors.ts";
import { failureOf } from "../classify.ts";
import { handlerKind } from "../define.ts";
import type { Delivery } from "../handler.ts";
import { moment, url } from "./shapes.ts";

const EVENTS: Record<Delivery["at"], string> = {
  schedule: "user_deletion_scheduled",
  before: "user_deletion_due",
  cancel: "user_deletion_cancelled",
  execute: "user_deleted",
};

/** A POST that is signed as https://www.standardwebhooks.com says. */
export const webhook = handlerKind({
  kind: "webhook",
  about:
    "Sends a POST to a service of one's own, signed as [Standard Webhooks](https://www.standardwebhooks.com) says.",
  settings: (given) => ({
    url: given.text(url()).describe("where to; redirects aren't followed"),
    secret: given.secret().describe("`whsec_…`: base64 of 24 to 64 random bytes"),
    previousSecret: given
      .secret()
      .optional()
      .describe("while a secret is changed: both sign, and receivers may check either"),
    type: z
      .string()
      .min(1)
      .optional()
      .describe(
        `the event's name (default: ${Object.entries(EVENTS)
          .map(([at, name]) => `\`${name}\` at \`${at}\``)
          .join(", ")})`,
      ),
    insecure: z.boolean().default(false).describe("allows http:// (default: false)"),
  }),
  payload: z
    .looseObject({
      timestamp: moment().describe("when it happened (default: when it is sent)"),
    })
    .describe("all of it is the event's `data`"),
  async open({ url: address, secret, previousSecret, type, insecure }) {
    if (!insecure && new URL(address).protocol !== "https:") {
      throw new UsageError(
        "a webhook of lethe.effects.ts has a url that isn't https://",
        "use https://, or say insecure: true for a receiver inside a private network",
      );
    }
    const signers = [secret, previousSecret].filter((each) => each !== undefined).map(signerOf);
    return {
      async deliver({ timestamp, ...data }, { idempotencyKey, at, signal }) {
        const now = new Date();
        const body = JSON.stringify({
          type: type ?? EVENTS[at],
          timestamp: timestamp ?? now.toISOString(),
          data,
        });
        const response = await fetch(address, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            "webhook-id": idempotencyKey,
            "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
            "webhook-signature": signers.map((signer) => signer.sign(idempotencyKey, now, body)).join(" "),
          },
          body,
          redirect: "manual",
          signal,
        });
        await response.body?.cancel();
        if (!response.ok) throw failureOf(response.status, response.headers);
        return { state: "done", receipt: { status: response.status } };
      },
    };
  },
});

function signerOf(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    throw new UsageError(
      "a webhook of lethe.effects.ts has a secret that isn't base64",
      "make one: echo whsec_$(openssl rand -base64 32)",
    );
  }
}
