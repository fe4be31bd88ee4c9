import { describe, expect, test } from "vitest";
import { blocker, content, keep, pii, table as rules } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const comments = table("comments", {
  id: "uuid pk",
  author_id: "uuid index -> users",
  body: "text not null",
  length: "int generated",
  votes: "int",
});

describe("L013 undecided column", () => {
  test("of the subject; Lethe's own marks and generated columns excepted", () => {
    const marks = {
      deleted_at: "timestamptz",
      scheduled_deletion_at: "timestamptz",
      initials: "text generated",
    };
    expect(subjects("L013", { tables: [users(marks)], annotation: { users: person() } })).toEqual([]);
    const tables = [users({ ...marks, phone: "text" })];
    const [finding, ...others] = findings("L013", { tables, annotation: { users: person() } });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      subject: "public.users.phone",
      path: ["tables", "users", "columns"],
      remedy: 'add to columns phone: pii.null(), or phone: keep("why it may stay")',
    });
    expect(subjects("L013", { tables, annotation: { users: person({ phone: pii.null() }) } })).toEqual([]);
  });

  test("not where the row goes under every strategy", () => {
    const tables = [users({ phone: "text" })];
    const more = { lifecycle: { strategies: ["hard_delete" as const] } };
    expect(subjects("L013", { tables, annotation: { users: person() }, more })).toEqual([]);
  });

  test("of rows that stay; key, owner and generated columns excepted", () => {
    const decide = (columns: Parameters<typeof content>[0]) => ({
      tables: [users(), comments],
      annotation: { users: person(), comments: content({ owner: "author_id", ...columns }) },
    });
    expect(subjects("L013", decide({ rows: "delete" }))).toEqual([]);
    expect(subjects("L013", decide({ columns: { body: pii.replace("[deleted]") } }))).toEqual([
      "public.comments.votes",
    ]);
    expect(subjects("L013", decide({ columns: { body: pii.replace("[deleted]"), votes: keep() } }))).toEqual(
      [],
    );
    expect(subjects("L013", decide({ rows: "detach" }))).toEqual([
      "public.comments.body",
      "public.comments.votes",
    ]);
  });

  test("points at the columns that hold for the rule", () => {
    const columns = { body: keep(), votes: keep() };
    const decide = (inner: Record<string, ReturnType<typeof keep>>) => ({
      tables: [users(), comments],
      annotation: {
        users: person(),
        comments: rules({
          columns,
          rules: [
            blocker({
              owner: "author_id",
              message: "has some",
              otherwise: content({ columns: inner, rows: "detach" }),
            }),
          ],
        }),
      },
    });
    expect(findings("L013", decide({ body: keep() })).map((each) => each.path)).toEqual([
      ["tables", "comments", "rules", 0, "otherwise", "columns"],
    ]);
    expect(findings("L013", decide(columns))).toEqual([]);
  });
});
