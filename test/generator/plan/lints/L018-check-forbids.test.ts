import { describe, expect, test } from "vitest";
import { content, keep, pii } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, users } from "./lint.ts";

const verdicts = (expression: string, handle: ReturnType<typeof pii.null>, type = "text") =>
  findings("L018", {
    tables: [
      users({ handle: type, other: "text" }, { checks: [{ name: "c", expression, columns: ["handle"] }] }),
    ],
    annotation: { users: person({ handle, other: keep() }) },
  }).map((finding) => finding.level);

describe("L018 a CHECK that forbids the new value", () => {
  test("NOT NULL by another name", () => {
    expect(verdicts("((handle IS NOT NULL) AND (other <> ''::text))", pii.replace("x"))).toEqual(["warning"]);
    expect(verdicts("((handle IS NOT NULL) AND (other <> ''::text))", pii.null())).toEqual(["error"]);
    expect(verdicts("((handle IS NOT NULL) OR (other IS NOT NULL))", pii.null())).toEqual(["warning"]);
    expect(verdicts("((handle IS NULL) OR (other IS NOT NULL))", pii.null())).toEqual([]);
    expect(verdicts("(handle <> ''::text)", pii.null())).toEqual([]);
  });

  test("a value that is written unless something holds must pass where it is written", () => {
    const unless = { unless: "t.other <> ''" };
    expect(verdicts("(handle <> 'gone'::text)", pii.replace("gone", unless))).toEqual(["error"]);
    expect(verdicts("(handle <> 'gone'::text)", pii.replace("left", unless))).toEqual([]);
  });

  test("of somebody with very many rows, columns change before the row is deleted", () => {
    const decide = (heavy: number | false) =>
      findings("L018", {
        tables: [
          users(
            { handle: "text" },
            { checks: [{ name: "c", expression: "(handle <> 'gone'::text)", columns: ["handle"] }] },
          ),
          table("posts", { id: "uuid pk", user_id: "uuid index -> users" }),
        ],
        annotation: {
          users: person({ handle: pii.replace("gone") }),
          posts: content({ rows: "delete", heavy }),
        },
        more: { lifecycle: { strategies: ["hard_delete"] } },
      });
    expect(decide(1000)).toMatchObject([{ level: "error", subject: "public.users.handle" }]);
    expect(decide(false)).toEqual([]);
  });

  test("a CHECK may ask for the mark of a departed person", () => {
    const decide = (mark: string) =>
      findings("L018", {
        tables: [
          users(
            { deleted_at: "timestamptz", phone: "text" },
            {
              checks: [
                {
                  name: "c",
                  expression: `((${mark} IS NOT NULL) OR (phone IS NOT NULL))`,
                  columns: [mark, "phone"],
                },
              ],
            },
          ),
        ],
        annotation: { users: person({ phone: pii.null() }) },
      });
    expect(decide("deleted_at")).toEqual([]);
    expect(decide("email")).toEqual([]);
    expect(decide("phone")).toMatchObject([{ level: "error" }]);
  });

  test.each([
    ["(handle = ANY (ARRAY['a'::text, 'gone'::text]))", "gone", "deleted"],
    [
      "((handle)::text = ANY ((ARRAY['gone'::character varying, 'x'::character varying])::text[]))",
      "gone",
      "deleted",
    ],
    ["((length(handle) >= 3) AND (length(handle) <= 5))", "gone", "deleted"],
    ["(char_length((handle)::text) <= 4)", "gone", "deleted"],
    ["(handle ~ '^[a-z]{1,4}$'::text)", "gone", "deleted"],
    ["(handle !~ '[[:digit:]]'::text)", "gone", "gone 1"],
    ["(handle ~~* 'GO%'::text)", "gone", "deleted"],
    ["(handle = lower(handle))", "gone", "Gone"],
    ["(NOT (handle = 'it''s'::text))", "gone", "it's"],
    ["(handle ~ E'^\\\\w+$'::text)", "gone", "not gone"],
  ])("%s", (expression, right, wrong) => {
    expect(verdicts(expression, pii.replace(right))).toEqual([]);
    expect(verdicts(expression, pii.replace(wrong))).toEqual(["error"]);
  });

  test("numbers", () => {
    expect(verdicts("(handle >= 18)", pii.replace(18), "int")).toEqual([]);
    expect(verdicts("(handle >= 18)", pii.replace(0), "int")).toEqual(["error"]);
  });

  test("the placeholder e-mail and templates are tried with a key", () => {
    expect(verdicts("(handle ~* '^[^@]+@[^@]+[.][a-z]+$'::text)", pii.email())).toEqual([]);
    expect(verdicts("(handle ~~ '%@example.org'::text)", pii.email())).toEqual(["error"]);
    expect(verdicts("(handle ~ '^[a-z0-9]+$'::text)", pii.template("deleted_{id}"))).toEqual(["error"]);
  });

  test("what can't be told is a warning, and only where the new value is plain", () => {
    expect(verdicts("is_valid_handle(handle)", pii.replace("gone"))).toEqual(["warning"]);
    expect(verdicts("is_valid_handle(handle)", pii.sql("left(t.handle, 1)"))).toEqual([]);
    expect(verdicts("(handle ~ '\\mgone\\M'::text)", pii.replace("gone"))).toEqual(["warning"]);
    expect(verdicts("CASE WHEN true THEN false ELSE true END", pii.replace("gone"))).toEqual(["warning"]);
  });

  test("of a domain", () => {
    const decide = (checks: string[], handle: ReturnType<typeof pii.null>) =>
      findings("L018", {
        tables: [
          users(
            { handle: "text" },
            { columns: { handle: { domain: { name: "public.h", notNull: false, checks } } } },
          ),
        ],
        annotation: { users: person({ handle }) },
      });
    expect(decide(["(VALUE ~ '^x'::text)"], pii.replace("x"))).toEqual([]);
    expect(decide(["(VALUE ~ '^x'::text)"], pii.replace("gone"))).toMatchObject([
      { subject: "public.users.handle", level: "error", path: ["tables", "users", "columns", "handle"] },
    ]);
    expect(decide(["(VALUE IS NOT NULL)"], pii.null())).toMatchObject([{ level: "error" }]);
  });

  test("a detached row", () => {
    const notes = (expression: string) =>
      table(
        "notes",
        { id: "uuid pk", user_id: "uuid index -> users", mail: "text" },
        { checks: [{ name: "someone", expression, columns: ["user_id", "mail"] }] },
      );
    const decide = (expression: string, mail: ReturnType<typeof pii.null>) =>
      findings("L018", {
        tables: [users(), notes(expression)],
        annotation: {
          users: person(),
          notes: content({ owner: "user_id", rows: "detach", columns: { mail } }),
        },
      });
    expect(decide("((user_id IS NOT NULL) OR (mail IS NOT NULL))", pii.replace("-"))).toEqual([]);
    expect(decide("((user_id IS NOT NULL) OR (mail IS NOT NULL))", pii.null())).toMatchObject([
      { level: "error", subject: "public.notes.user_id", path: ["tables", "notes", "rules", 0] },
    ]);
    expect(decide("(num_nonnulls(user_id, mail) = 1)", pii.null())).toMatchObject([{ level: "error" }]);
  });
});
