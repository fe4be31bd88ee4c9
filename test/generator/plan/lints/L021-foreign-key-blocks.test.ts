import { describe, expect, test } from "vitest";
import {
  content,
  keep,
  mfa,
  pii,
  table as rules,
  unrelated,
} from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const notes = table("notes", {
  id: "uuid pk",
  author_id: "uuid not null index -> users",
  editor_id: "uuid index -> users",
  body: "text",
});
const columns = { body: pii.null() };
type Decision = Parameters<typeof findings>[1]["annotation"][string];
const decide = (decision: Decision, more = {}) => ({
  tables: [users(), notes],
  annotation: { users: person(), notes: decision },
  more,
});
const editor = content({ owner: "editor_id", rows: "detach" });

describe("L021 rows that hold the subject's row back under hard_delete", () => {
  test("a reference that no rule names", () => {
    expect(
      subjects("L021", decide(rules({ columns, rules: [content({ owner: "author_id" }), editor] }))),
    ).toEqual([]);
    expect(findings("L021", decide(content({ owner: "author_id", columns })))).toMatchObject([
      { subject: "public.notes.editor_id", path: ["tables", "notes"] },
    ]);
    const only = { lifecycle: { strategies: ["anonymize" as const] } };
    expect(subjects("L021", decide(content({ owner: "author_id", columns }), only))).toEqual([]);
  });

  test("a rule that keeps the rows, or leaves them to a foreign key that doesn't cascade", () => {
    const author = (hard: "keep" | "delete" | "cascade") =>
      decide(
        rules({
          columns,
          rules: [
            content({ owner: "author_id", rows: { anonymize: "transform", hard_delete: hard } }),
            editor,
          ],
        }),
      );
    expect(subjects("L021", author("delete"))).toEqual([]);
    expect(findings("L021", author("keep"))).toMatchObject([
      { subject: "public.notes.author_id", path: ["tables", "notes", "rules", 0] },
    ]);
    expect(findings("L021", author("cascade"))[0]?.message).toContain("does not cascade");
    const factor = rules({
      columns,
      rules: [mfa({ owner: "author_id", columns: { body: pii.null() } }), editor],
    });
    expect(subjects("L021", decide(factor))).toEqual(["public.notes.author_id"]);
  });

  test("unrelated, and yet it refers", () => {
    expect(subjects("L021", decide(unrelated("nothing here")))).toEqual([
      "public.notes.author_id",
      "public.notes.editor_id",
    ]);
    expect(subjects("L021", decide(keep("audit")))).toHaveLength(2);
  });

  test("only for some requests, or some rows", () => {
    const more = { options: { wipe: false } };
    const some = (...author: ReturnType<typeof content>[]) =>
      decide(rules({ columns, rules: [...author, editor] }), more);
    const when = content({ owner: "author_id", when: "wipe", rows: "delete" });
    expect(findings("L021", some(when))[0]?.message).toContain("without the option wipe");
    const unless = content({
      owner: "author_id",
      unless: "wipe",
      rows: { anonymize: "transform", hard_delete: "delete" },
    });
    expect(subjects("L021", some(when, unless))).toEqual([]);
    const where = content({ owner: "author_id", where: "t.body is null", rows: "delete" });
    expect(findings("L021", some(where))).toMatchObject([
      { level: "warning", subject: "public.notes.author_id" },
    ]);
  });
});
