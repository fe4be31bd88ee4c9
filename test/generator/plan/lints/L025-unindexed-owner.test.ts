import { expect, test } from "vitest";
import { content, polymorphic, unrelated, via } from "../../../../generator/annotation/builders.ts";
import { type Extra, table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

type Decision = Parameters<typeof findings>[1]["annotation"][string];
const decide = (columns: Record<string, string>, decision: Decision, extra: Extra = {}) => ({
  tables: [users(), table("notes", { id: "uuid pk", ...columns }, extra)],
  annotation: { users: person(), notes: decision },
});
const own = content({ owner: "authorId", rows: "delete" });

test("L025 an owner's column without an index", () => {
  expect(subjects("L025", decide({ authorId: "uuid index -> users" }, own))).toEqual([]);
  const [finding] = findings("L025", decide({ authorId: "uuid -> users" }, own));
  expect(finding).toMatchObject({
    subject: "public.notes.authorId",
    path: ["tables", "notes", "rules", 0, "owner"],
    level: "error",
  });
  expect(finding?.remedy).toContain('create index concurrently on public.notes ("authorId");');
  const partial = { indexes: [{ columns: ["authorId"], predicate: "(id > 0)" }] };
  expect(subjects("L025", decide({ authorId: "uuid -> users" }, own, partial))).toHaveLength(1);
  expect(
    findings("L025", decide({ authorId: "uuid -> users" }, own, { kind: "partitioned table" }))[0]?.remedy,
  ).toContain("create index on ");
  expect(subjects("L025", decide({ authorId: "uuid -> users" }, unrelated("…")))).toEqual([]);
});

test("L025 a link to a parent, and a pair", () => {
  const edits = (link: string) => table("edits", { id: "uuid pk", note_id: `${link} -> notes` });
  const below = (link: string) => {
    const one = decide({ authorId: "uuid index -> users" }, own);
    const annotation = { ...one.annotation, edits: content({ owner: via("notes"), rows: "delete" }) };
    return { tables: [...one.tables, edits(link)], annotation };
  };
  expect(subjects("L025", below("uuid index"))).toEqual([]);
  expect(subjects("L025", below("uuid"))).toEqual(["public.edits.note_id"]);
  const pair = content({ owner: polymorphic({ type: "of", id: "of_id", value: "User" }), rows: "delete" });
  expect(
    subjects(
      "L025",
      decide({ of: "text", of_id: "uuid" }, pair, { indexes: [{ columns: ["of", "of_id"] }] }),
    ),
  ).toEqual([]);
  expect(subjects("L025", decide({ of: "text index", of_id: "uuid" }, pair))).toEqual([
    "public.notes.of, of_id",
  ]);
});
