/** Payloads are checked against the handlers that take them before anybody leaves. */
import { expect, test } from "vitest";
import { defineHandler, env, mail, vercelBlob, webhook, z } from "../../../worker/effects/index.ts";
import { payloadFindings } from "../../../worker/effects/payload-findings.ts";

const handlers = {
  blob: vercelBlob({ token: env("TOKEN") }),
  mail: mail({ host: "localhost", from: "a@example.com", product: "Acme" }),
  hook: webhook({ url: "https://example.com", secret: env("SECRET") }),
  own: defineHandler({ payload: z.object({}), deliver: async () => ({ state: "done" }) }),
};

const found = (handler: string, payload: string[], columns: (string | null)[] = [null]) =>
  payloadFindings(
    [
      {
        name: "it",
        handler,
        payload: payload.map((name) => ({ name })),
        sources: columns.map((column) => ({ column })),
      },
    ],
    handlers,
  ).map(({ message, remedy, path }) => [message, remedy, path.join(".")]);

test.each([
  ["blob", ["url"], [null]],
  ["blob", [], ["image"]],
  ["blob", [], ["image", "cover"]],
  ["mail", ["to", "scheduledFor", "token"], [null]],
  ["mail", ["scheduledFor"], ["email"]],
  ["hook", ["anything", "goes"], [null]],
  ["own", ["anything"], [null]],
  ["unknown", ["anything"], [null]],
])("%s takes %j, fed by %j", (handler, payload, columns) => {
  expect(found(handler, payload, columns)).toEqual([]);
});

test("a name that isn't known, where it stands", () => {
  expect(found("mail", ["to", "scheduledfor"])).toEqual([
    [
      "the mail handler `mail` takes no `scheduledfor`: each delivery would fail",
      "did you mean `scheduledFor`?",
      "effects.it.payload.scheduledfor",
    ],
  ]);
});

test("a column beside the field that it would be", () => {
  expect(found("blob", ["url"], ["image"])).toEqual([
    [
      "the vercel-blob handler `blob` takes no `image`: each delivery would fail",
      "it takes url, urls",
      "effects.it",
    ],
  ]);
});

test("nothing that matters", () => {
  expect(found("mail", ["scheduledFor"])).toEqual([
    [
      "the mail handler `mail` needs `to`: each delivery would fail",
      'add payload: { to: "t.…" }',
      "effects.it",
    ],
  ]);
});
