import { describe, expect, test } from "vitest";
import { accept, content, group, keep, pii, unrelated } from "../../../../generator/annotation/builders.ts";
import type { Waiver } from "../../../../generator/annotation/model.ts";
import { validateAnnotation } from "../../../../generator/annotation/schema.ts";
import { defineErasure } from "../../../../generator/index.ts";
import { plan } from "../../../../generator/plan/plan.ts";
import { catalog, table } from "../catalog-builder.ts";
import { type Case, findings, person, subjects, users } from "./lint.ts";

const notes = (name: string, index = "") =>
  table(name, { id: "uuid pk", user_id: `uuid not null${index} -> users`, made_by: "uuid", text: "text" });
const said = (...waivers: Waiver[]) =>
  content({ owner: "user_id", columns: { made_by: keep(), text: pii.null() }, accept: waivers });
const why = "ten rows, for ever";

const unindexed = (...waivers: Waiver[]): Case => ({
  tables: [users(), notes("notes")],
  annotation: { users: person(), notes: said(...waivers) },
});

function plannedOf({ tables, annotation, more }: Case) {
  const checked = validateAnnotation(defineErasure({ ...more, tables: annotation }));
  if (checked.annotation === null) throw new Error("a wrong test");
  return plan(checked.annotation, catalog(tables)).plan;
}

describe("an accepted finding", () => {
  test("is no error any more, and is told with its reason", () => {
    expect(findings("L025", unindexed())).toMatchObject([{ level: "error" }]);
    expect(plannedOf(unindexed())).toBeNull();
    const one = unindexed(accept("L025", why, "user_id"));
    expect(findings("L025", one)).toMatchObject([
      { level: "accepted", accepted: { reason: why, level: "error" }, subject: "public.notes.user_id" },
    ]);
    expect(findings("L064", one)).toEqual([]);
    expect(plannedOf(one)).not.toBeNull();
  });

  test("is the one that was meant, not its neighbour's", () => {
    const tables = [users(), notes("notes"), notes("memos")];
    const annotation = { users: person(), notes: said(accept("L025", why, "user_id")), memos: said() };
    expect(findings("L025", { tables, annotation }).map(({ subject, level }) => [subject, level])).toEqual([
      ["public.notes.user_id", "accepted"],
      ["public.memos.user_id", "error"],
    ]);
  });

  test("about the table itself, without another name", () => {
    const full = table(
      "notes",
      { id: "uuid pk", user_id: "uuid not null index -> users", text: "text" },
      {
        replicaIdentity: "full",
      },
    );
    const one = (...waivers: Waiver[]) => ({
      tables: [users(), full],
      annotation: {
        users: person(),
        notes: content({ owner: "user_id", columns: { text: pii.null() }, accept: waivers }),
      },
    });
    expect(findings("L052", one())).toMatchObject([{ level: "warning" }]);
    expect(findings("L052", one(accept("L052", why)))).toMatchObject([{ level: "accepted" }]);
    expect(findings("L064", one(accept("L052", why)))).toEqual([]);
  });

  test("of the file, by its whole name", () => {
    const tables = [users({}, { publications: ["reports"] })];
    const one = (...waivers: Waiver[]): Case => ({
      tables,
      annotation: { users: person() },
      more: { accept: waivers },
    });
    expect(findings("L051", one())).toMatchObject([{ level: "warning", subject: "publication reports" }]);
    const accepted = one(accept("L051", why, "publication reports"));
    expect(findings("L051", accepted)).toMatchObject([{ level: "accepted" }]);
    expect(findings("L064", accepted)).toEqual([]);
    expect(findings("L064", one(accept("L051", why, "publication others")))).toMatchObject([
      { path: ["accept", 0], message: "it accepts nothing" },
    ]);
  });

  test("in each table of a group; in one of them is enough", () => {
    const annotation = {
      users: person(),
      ...group(["*_notes"], said(accept("L025", why, "user_id")), ["a_notes", "b_notes"]),
    };
    const both = [users(), notes("a_notes"), notes("b_notes")];
    expect(findings("L025", { tables: both, annotation }).map((each) => each.level)).toEqual([
      "accepted",
      "accepted",
    ]);
    const one = [users(), notes("a_notes"), notes("b_notes", " index")];
    expect(findings("L064", { tables: one, annotation })).toEqual([]);
    const none = [users(), notes("a_notes", " index"), notes("b_notes", " index")];
    expect(findings("L064", { tables: none, annotation })).toMatchObject([
      { path: ["tables", "a_notes", "accept", 0] },
    ]);
  });
});

describe("L064 waiver", () => {
  test("of what another one accepts", () => {
    const twice = unindexed(accept("L025", why, "user_id"), accept("L025", why, "user_id"));
    expect(findings("L025", twice)).toMatchObject([{ level: "accepted" }]);
    expect(findings("L064", twice)).toMatchObject([
      { path: ["tables", "notes", "accept", 1], remedy: "remove it" },
    ]);
  });

  test("of nothing", () => {
    const fine = {
      ...unindexed(accept("L025", why, "user_id")),
      tables: [users(), notes("notes", " index")],
    };
    expect(findings("L064", fine)).toMatchObject([
      { level: "error", subject: "accept L025, user_id", remedy: "remove it" },
    ]);
    expect(findings("L064", { ...fine, annotation: { users: person(), notes: said() } })).toEqual([]);
  });

  test("of something else than what is there, which it names", () => {
    const [finding] = findings("L064", unindexed(accept("L025", why)));
    expect(finding?.remedy).toBe(`remove it, or write accept("L025", "${why}", "user_id")`);
    expect(findings("L025", unindexed(accept("L025", why)))).toMatchObject([{ level: "error" }]);
  });

  test("of what can't be accepted", () => {
    const tables = [
      users(),
      table("notes", { id: "uuid pk", user_id: "uuid not null index -> users", text: "text not null" }),
    ];
    const one = (...waivers: Waiver[]): Case => ({
      tables,
      annotation: {
        users: person(),
        notes: content({ owner: "user_id", columns: { text: pii.null() }, accept: waivers }),
      },
    });
    const waived = one(accept("L014", why, "text"));
    expect(findings("L014", waived)).toMatchObject([{ level: "error" }]);
    const [finding] = findings("L064", waived);
    expect(finding?.message).toBe("it can't be accepted: the erasure would fail on it");
    expect(subjects("L064", one(accept("L099", why)))).toEqual(["accept L099"]);
    expect(findings("L064", one(accept("L5O", why)))[0]?.message).toBe("there is no such finding");
  });

  test("of a warning that is an error here", () => {
    const checks = [
      { name: "text_check", expression: "(text <> ''::text)", columns: ["text"], validated: true },
      {
        name: "text_form",
        expression: "(odd(text) AND (text <> ''::text))",
        columns: ["text"],
        validated: true,
      },
      { name: "text_size", expression: "(odd(text) OR (odd(text) > 2))", columns: ["text"], validated: true },
    ];
    const one = (value: string, ...waivers: Waiver[]): Case => ({
      tables: [
        users(),
        table(
          "notes",
          { id: "uuid pk", user_id: "uuid not null index -> users", text: "text not null" },
          { checks },
        ),
      ],
      annotation: {
        users: person(),
        notes: content({ owner: "user_id", columns: { text: pii.replace(value) }, accept: waivers }),
      },
    });
    expect(findings("L018", one("gone")).map((each) => each.level)).toEqual(["warning", "warning"]);
    // Two findings about one column: by what they say.
    const both = one("gone", accept("L018", why, "text"));
    expect(findings("L018", both).map((each) => each.level)).toEqual(["warning", "warning"]);
    expect(findings("L064", both)[0]?.message).toMatch(/^2 findings fit/);
    const named = one("gone", accept("L018", why, "text_form"));
    expect(findings("L018", named).map((each) => each.level)).toEqual(["accepted", "warning"]);
    expect(findings("L064", named)).toEqual([]);
    const failing = one("", accept("L018", why, "text_check"));
    expect(findings("L064", failing)[0]?.message).toBe("it can't be accepted: the erasure would fail on it");
    expect(findings("L018", failing).some((each) => each.level === "error")).toBe(true);
  });

  test("in a table that says nothing of a person there is none to accept", () => {
    const annotation = { users: person(), notes: { ...unrelated("x"), accept: [accept("L025", why)] } };
    expect(validateAnnotation({ tables: annotation }).findings[0]?.code).toBe("L001");
  });
});
