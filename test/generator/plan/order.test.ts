import { describe, expect, test } from "vitest";
import { content, keep, pii, table as rules, via } from "../../../generator/annotation/builders.ts";
import { validateAnnotation } from "../../../generator/annotation/schema.ts";
import { plan } from "../../../generator/plan/plan.ts";
import { catalog, table } from "./catalog-builder.ts";
import { person, users } from "./lints/lint.ts";

const folders = (cover: string) => table("folders", { id: "uuid pk", user_id: "uuid index -> users", cover });
const files = table("files", { id: "uuid pk", folder_id: "uuid not null index -> folders" });

function ordered(cover: string) {
  const columns = { cover: keep("on delete set null is meant") };
  const annotation = validateAnnotation({
    tables: {
      users: person(),
      folders: rules({ columns, rules: [content({ owner: "user_id", rows: "delete" })] }),
      files: content({ owner: via("folders"), rows: "delete" }),
    },
  }).annotation;
  if (annotation === null) throw new Error("a wrong test");
  return plan(annotation, catalog([users(), folders(cover), files]));
}

describe("the order of tables", () => {
  test("children before parents", () => {
    expect(ordered("uuid").plan?.order.map((each) => each.table)).toEqual(["files", "folders"]);
  });

  test("a circle is broken where a foreign key gives way by itself", () => {
    expect(ordered("uuid -> files").findings.map((each) => each.code)).toContain("L026");
    const { plan: made, findings } = ordered("uuid -> files set null");
    expect(findings).toEqual([]);
    expect(made?.order.map((each) => each.table)).toEqual(["files", "folders"]);
  });

  test("a circle of a strategy that isn't allowed is none", () => {
    const withStrategies = (strategies: ("anonymize" | "hard_delete")[]) => {
      const { annotation } = validateAnnotation({
        lifecycle: { strategies },
        tables: {
          users: person(),
          folders: content({
            columns: { cover: keep() },
            rows: { anonymize: "transform", hard_delete: "delete" },
          }),
          files: content({ owner: via("folders"), rows: { anonymize: "keep", hard_delete: "delete" } }),
        },
      });
      if (annotation === null) throw new Error("a wrong test");
      return plan(annotation, catalog([users(), folders("uuid -> files"), files])).findings.map(
        (each) => each.code,
      );
    };
    expect(withStrategies(["anonymize", "hard_delete"])).toContain("L026");
    expect(withStrategies(["hard_delete"])).toContain("L026");
    expect(withStrategies(["anonymize"])).not.toContain("L026");
  });

  test("in a circle, rows that are found through others go before those are handed over", () => {
    const annotation = validateAnnotation({
      tables: {
        users: person(),
        folders: content({ owner: "user_id", rows: "detach", columns: { cover: pii.null() } }),
        notes: content({
          owner: via("folders"),
          rows: { anonymize: "transform", hard_delete: "keep" },
          columns: { body: pii.null() },
        }),
      },
    }).annotation;
    if (annotation === null) throw new Error("a wrong test");
    const notes = table("notes", { id: "uuid pk", folder_id: "uuid index -> folders", body: "text" });
    const { plan: made, findings } = plan(annotation, catalog([users(), folders("uuid -> notes"), notes]));
    expect(findings.filter((each) => each.level === "error")).toEqual([]);
    expect(made?.order.map((each) => each.table)).toEqual(["notes", "folders"]);
  });
});
