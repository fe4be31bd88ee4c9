import { describe, expect, test } from "vitest";
import { content, unrelated, via } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const comments = table("comments", { id: "uuid pk", author_id: "uuid not null index -> users" });
const edits = table("edits", { id: "uuid pk", comment_id: "uuid not null index -> comments cascade" });
const lines = table("edit_lines", { id: "uuid pk", edit_id: "uuid not null index -> edits" });
const gone = content({ owner: "author_id", rows: "delete" });

describe("L012 undecided table", () => {
  test("one that refers to the subject", () => {
    expect(subjects("L012", { tables: [users()], annotation: { users: person() } })).toEqual([]);
    const [finding] = findings("L012", { tables: [users(), comments], annotation: { users: person() } });
    expect(finding).toMatchObject({ subject: "public.comments", path: ["tables"] });
    expect(finding?.remedy).toContain('comments: content({ owner: "author_id", columns: { … } })');
    expect(
      subjects("L012", { tables: [users(), comments], annotation: { users: person(), comments: gone } }),
    ).toEqual([]);
  });

  test("those that deleted rows take along, all the way down", () => {
    const tables = [users(), comments, edits, lines];
    expect(subjects("L012", { tables, annotation: { users: person(), comments: gone } })).toEqual([
      "public.edits",
      "public.edit_lines",
    ]);
    const annotation = {
      users: person(),
      comments: gone,
      edits: content({ owner: via("comments"), rows: "delete" }),
      edit_lines: content({ owner: via("edits"), rows: "delete" }),
    };
    expect(subjects("L012", { tables, annotation })).toEqual([]);
  });

  test("one that refers to people without a foreign key, by a column of the key's type", () => {
    const logs = (type: string) => table("logs", { id: "bigint pk", userId: type });
    const annotation = { users: person() };
    expect(subjects("L012", { tables: [users(), logs("integer")], annotation })).toEqual([]);
    expect(subjects("L012", { tables: [users(), logs("uuid")], annotation })).toEqual(["public.logs"]);
    expect(
      subjects("L012", {
        tables: [users(), logs("uuid")],
        annotation: { ...annotation, logs: unrelated("the machine's") },
      }),
    ).toEqual([]);
  });

  test("a partition is decided with its parent", () => {
    const parent = table(
      "logs",
      { id: "bigint pk", user_id: "uuid index -> users" },
      { kind: "partitioned table" },
    );
    const part = table(
      "logs_1",
      { id: "bigint pk", user_id: "uuid index -> users" },
      { kind: "partition", partitionOf: "public.logs" },
    );
    const tables = [users(), parent, part];
    expect(subjects("L012", { tables, annotation: { users: person() } })).toEqual(["public.logs"]);
    expect(
      subjects("L012", {
        tables,
        annotation: { users: person(), logs: content({ owner: "user_id", rows: "delete" }) },
      }),
    ).toEqual([]);
  });
});
