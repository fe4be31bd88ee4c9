/** https://www.standardwebhooks.com: what a receiver does. */
import { Webhook } from "standardwebhooks";
import { expect } from "vitest";
import { env, webhook } from "../../../worker/effects/index.ts";
import { json, parsed, plainFailure, type Service } from "./services.ts";

const secret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const previousSecret = `whsec_${Buffer.alloc(32, 2).toString("base64")}`;

export const webhookService: Service = {
  name: "webhook",
  environment: { HOOK_SECRET: secret, HOOK_PREVIOUS: previousSecret },
  declare: (url) =>
    webhook({
      url: `${url}/hooks/lethe`,
      secret: env("HOOK_SECRET"),
      previousSecret: env("HOOK_PREVIOUS"),
      insecure: true,
    }),
  payload: { userId: "MARKER", plan: { name: "MARKER" } },
  create() {
    const seen = new Set<string>();
    return {
      handle(call) {
        expect(`${call.method} ${call.path}`).toBe("POST /hooks/lethe");
        for (const each of [secret, previousSecret]) {
          new Webhook(each).verify(call.body, call.headers as Record<string, string>);
        }
        expect(parsed(call)).toEqual({
          type: "user_deleted",
          timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          data: { userId: "MARKER", plan: { name: "MARKER" } },
        });
        expect(call.headers["webhook-id"]).toBe("key-1");
        seen.add(String(call.headers["webhook-id"]));
        return json(200, { ok: true });
      },
      effective: () => seen.size,
    };
  },
  calls: 1,
  failure: plainFailure,
};
