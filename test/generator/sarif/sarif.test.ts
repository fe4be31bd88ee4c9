/**
 * SARIF 2.1.0 as the standard has it: required properties and the types of those we write, from
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/ (3.13 to 3.54), and what code hosts ask for beyond it.
 */
import { expect, test } from "vitest";
import { z } from "zod";
import type { PlacedFinding } from "../../../generator/annotation/render.ts";
import { toSarif } from "../../../generator/sarif.ts";

const message = z.strictObject({ text: z.string().min(1) });
const log = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z
    .array(
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.string().min(1),
            semanticVersion: z.string().regex(/^\d+\.\d+\.\d+/),
            rules: z.array(
              z.strictObject({
                id: z.string().min(1),
                shortDescription: message,
                fullDescription: message,
                help: z.strictObject({ text: z.string().min(1), markdown: z.string().min(1) }),
              }),
            ),
          }),
        }),
        columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
        results: z.array(
          z.strictObject({
            ruleId: z.string(),
            ruleIndex: z.int().min(0),
            level: z.enum(["none", "note", "warning", "error"]),
            message,
            locations: z
              .array(
                z.strictObject({
                  physicalLocation: z.strictObject({
                    // A relative reference with forward slashes (3.4.3).
                    artifactLocation: z.strictObject({ uri: z.string().regex(/^(?!\/)[^\\ ]+$/) }),
                    region: z.strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1) }),
                  }),
                }),
              )
              .min(1),
            partialFingerprints: z.record(z.string(), z.string()),
            suppressions: z
              .array(
                z.strictObject({
                  kind: z.enum(["inSource", "external"]),
                  status: z.enum(["accepted", "underReview", "rejected"]).optional(),
                  justification: z.string().optional(),
                }),
              )
              .optional(),
          }),
        ),
      }),
    )
    .length(1),
});

const finding = (code: string, line: number, more: Partial<PlacedFinding> = {}): PlacedFinding => ({
  code,
  level: "error",
  subject: "public.users.email",
  message: "something is wrong",
  remedy: "write it otherwise",
  path: ["tables", "users"],
  position: { file: "/app/my schema/lethe.schema.ts", line, column: 3, text: "" },
  ...more,
});
const sarif = (findings: PlacedFinding[]) =>
  log.parse(toSarif(findings, { version: "1.2.3", cwd: "/app" })).runs[0];

test("no findings are an empty run, so that a host closes the old ones", () => {
  expect(sarif([])).toMatchObject({ results: [], tool: { driver: { rules: [] } } });
});

test("findings in their order, each with its rule, level and place", () => {
  const run = sarif([finding("L025", 4), finding("L013", 9, { level: "warning" }), finding("L025", 12)]);
  expect(run?.tool.driver.rules.map((rule) => rule.id)).toEqual(["L013", "L025"]);
  expect(run?.tool.driver.rules[1]?.shortDescription.text).toBe("No index on the owner");
  const results = run?.results ?? [];
  for (const result of results) expect(run?.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
  expect(results.map((result) => [result.ruleId, result.level])).toEqual([
    ["L025", "error"],
    ["L013", "warning"],
    ["L025", "error"],
  ]);
  expect(results[0]?.message.text).toBe("public.users.email: something is wrong. Fix: write it otherwise");
  expect(results[0]?.locations[0]?.physicalLocation).toEqual({
    artifactLocation: { uri: "my%20schema/lethe.schema.ts" },
    region: { startLine: 4, startColumn: 3 },
  });
});

test("an accepted finding is suppressed, with its justification", () => {
  const accepted = { reason: "ten rows", level: "error" } as const;
  const run = sarif([finding("L025", 4, { level: "accepted", accepted }), finding("L013", 9)]);
  // Once one result says it, all have to.
  expect(run?.results.map(({ level, suppressions }) => [level, suppressions])).toEqual([
    ["error", [{ kind: "inSource", justification: "ten rows" }]],
    ["error", []],
  ]);
  expect(sarif([finding("L013", 9)])?.results[0]?.suppressions).toBeUndefined();
});

test("a finding that moves is the same one; another one isn't", () => {
  const print = (one: PlacedFinding) => sarif([one])?.results[0]?.partialFingerprints;
  expect(print(finding("L025", 4))).toEqual(print(finding("L025", 40)));
  expect(print(finding("L025", 4))).not.toEqual(print(finding("L025", 4, { subject: "public.users.name" })));
});

test("the same bytes each time", () => {
  const text = () => JSON.stringify(toSarif([finding("L025", 4)], { version: "1.2.3", cwd: "/app" }));
  expect(text()).toBe(text());
});
