import { expect, test } from "vitest";
import { content, part, pii, table as rules, secret } from "../../../../generator/annotation/builders.ts";
import type { ColumnInput, TableDecision } from "../../../../generator/annotation/input.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const notes = (decision: TableDecision) => ({
  tables: [users(), table("notes", { id: "uuid pk", user_id: "uuid unique -> users", body: "text" })],
  annotation: { users: person(), notes: decision },
});
const by = (body: ColumnInput) => content({ columns: { body } });

test("L066 a setting that only people's own rows know", () => {
  expect(subjects("L066", notes(by(pii.null())))).toEqual([]);
  const [finding] = findings("L066", notes(by(pii.null({ at: "schedule", restore: true }))));
  expect(finding).toMatchObject({
    subject: "public.notes.body",
    level: "error",
    path: ["tables", "notes", "columns", "body"],
  });
  expect(finding?.message).toContain('at: "schedule" has no effect');
  expect(subjects("L066", notes(part({ columns: { body: pii.null({ at: "schedule" }) } })))).toEqual([]);
});

test("onSoftDelete, on a rule of its own too; not at: execute", () => {
  expect(subjects("L066", notes(by(secret({ onSoftDelete: true }))))).toEqual(["public.notes.body"]);
  expect(subjects("L066", notes(by(pii.null({ at: "execute" }))))).toEqual([]);
  const own = rules({ rules: [content({ columns: { body: pii.null({ onSoftDelete: true }) } })] });
  expect(findings("L066", notes(own))[0]?.path).toEqual(["tables", "notes", "rules", 0, "columns", "body"]);
});

test("an effect of a part's column that is gone before the effect is made", () => {
  const avatar = (at: "schedule" | "execute") => ({
    ...notes(part({ columns: { body: pii.null({ at, effect: "files" }) } })),
    more: { effects: { files: { handler: "blob" } } },
  });
  expect(subjects("L066", avatar("execute"))).toEqual([]);
  expect(findings("L066", avatar("schedule"))[0]?.message).toContain("the effect files would find nothing");
});
