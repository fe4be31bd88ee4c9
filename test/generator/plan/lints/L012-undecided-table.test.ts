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

  test("one with a key's text in a column that is called as the schema's own foreign keys are", () => {
    const sessions = table("sessions", { id: "uuid pk", account_id: "uuid index -> users" });
    const tokens = table("tokens", { id: "uuid pk", account_id: "text" });
    const annotation = { users: person() };
    expect(subjects("L012", { tables: [users(), tokens], annotation })).toEqual([]);
    expect(
      subjects("L012", {
        tables: [users(), sessions, tokens],
        annotation: { ...annotation, sessions: content({ owner: "account_id", rows: "delete" }) },
      }),
    ).toEqual(["public.tokens"]);
    expect(
      subjects("L012", {
        tables: [users(), sessions, tokens],
        annotation: {
          ...annotation,
          sessions: content({ owner: "account_id", rows: "delete" }),
          tokens: unrelated("none of theirs"),
        },
      }),
    ).toEqual([]);
  });

  test("one with a soft reference or an address that only a pattern decides", () => {
    const tables = [
      users(),
      table("logs", { id: "bigint pk", user_id: "uuid" }),
      table("sheets", { id: "bigint pk", email: "text" }),
      table("prices", { id: "bigint pk", amount: "integer" }),
    ];
    const annotation = { users: person(), "*s": unrelated("none of theirs") };
    const found = findings("L012", { tables, annotation });
    expect(found.map(({ subject, path }) => [subject, path])).toEqual([
      ["public.logs", ["tables", "*s"]],
      ["public.sheets", ["tables", "*s"]],
    ]);
    expect(found[0]?.message).toBe(
      'user_id looks like a reference to public.users, and only the pattern "*s" says that it is unrelated',
    );
    expect(
      subjects("L012", {
        tables,
        annotation: { ...annotation, logs: unrelated("the machine's"), sheets: unrelated("companies'") },
      }),
    ).toEqual([]);
  });

  test("one with a foreign key that only a pattern decides", () => {
    const tables = [users(), comments];
    const annotation = { users: person(), "*s": unrelated("none of theirs") };
    const [finding] = findings("L012", { tables, annotation });
    expect(finding).toMatchObject({ subject: "public.comments", path: ["tables", "*s"] });
    expect(finding?.message).toContain('only the pattern "*s" says');
    expect(
      subjects("L012", { tables, annotation: { ...annotation, comments: unrelated("test data") } }),
    ).toEqual([]);
  });

  test("one whose index looks a person up inside JSON", () => {
    const logs = (key: string) => {
      const made = table("logs", { id: "bigint pk", payload: "jsonb" });
      const [first] = made.indexes;
      if (first === undefined) throw new Error("a wrong test: no index");
      // As PostgreSQL prints it.
      const expression = `((payload ->> '${key}'::text))`;
      made.indexes.push({
        ...first,
        name: "logs_json",
        unique: false,
        primary: false,
        columns: [null],
        expressions: [expression],
      });
      return made;
    };
    const annotation = { users: person() };
    expect(subjects("L012", { tables: [users(), logs("kind")], annotation })).toEqual([]);
    const [finding] = findings("L012", { tables: [users(), logs("userId")], annotation });
    expect(finding?.subject).toBe("public.logs");
    expect(finding?.remedy).toContain("ownerSql(\"t.payload ->> 'userId'\")");
    const decided = { ...annotation, logs: unrelated("the machine's") };
    expect(subjects("L012", { tables: [users(), logs("userId")], annotation: decided })).toEqual([]);
  });

  test("one to which only an address leads", () => {
    const codes = (column: string) => table("codes", { id: "bigint pk", [column]: "text not null" });
    const annotation = { users: person() };
    expect(subjects("L012", { tables: [users(), codes("email_domain")], annotation })).toEqual([]);
    expect(subjects("L012", { tables: [users(), codes("guestEmail")], annotation })).toEqual([
      "public.codes",
    ]);
    const decided = { ...annotation, codes: unrelated("gone within the hour") };
    expect(subjects("L012", { tables: [users(), codes("guestEmail")], annotation: decided })).toEqual([]);
  });

  test("what cascades from undecided tables, all the way down", () => {
    const cascading = table("comments", { id: "uuid pk", author_id: "uuid not null index -> users cascade" });
    expect(
      subjects("L012", { tables: [users(), cascading, edits], annotation: { users: person() } }),
    ).toEqual(["public.comments", "public.edits"]);
    expect(
      subjects("L012", {
        tables: [users(), cascading, edits],
        annotation: {
          users: person(),
          comments: gone,
          edits: content({ owner: via("comments"), rows: "delete" }),
        },
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
