import { expect, test } from "vitest";
import { content, ownerSql, polymorphic, unrelated, via } from "../../../../generator/annotation/builders.ts";
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

test("L025 an owner by an expression: only an index on that very expression serves", () => {
  const by = (expression: string, indexes: Extra["indexes"] = []) =>
    decide({ data: "jsonb", who: "uuid" }, content({ owner: ownerSql(expression), rows: "delete" }), {
      indexes,
    });
  const inside = "(t.data ->> 'user')::uuid";
  const [finding] = findings("L025", by(inside));
  expect(finding).toMatchObject({ level: "warning", path: ["tables", "notes", "rules", 0, "owner"] });
  expect(finding?.remedy).toContain("create index concurrently on public.notes (((data ->> 'user')::uuid));");
  const printed = (expression: string) => [{ columns: [null], expressions: [expression] }];
  expect(subjects("L025", by(inside, printed("((data ->> 'user'::text))::uuid")))).toEqual([]);
  expect(subjects("L025", by(inside, printed("((data ->> 'owner'::text))::uuid")))).toHaveLength(1);
  expect(subjects("L025", by("t.who", [{ columns: ["who"] }]))).toEqual([]);
  expect(findings("L025", by("(select m.who from members m where m.id = t.id)"))[0]?.remedy).toContain(
    'via("…")',
  );
});
