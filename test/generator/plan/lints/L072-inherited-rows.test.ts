import { expect, test } from "vitest";
import { content, keep, pii, unrelated } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const notes = table("notes", { id: "uuid pk", user_id: "uuid index -> users", body: "text" });
const voice = table(
  "voice_notes",
  { id: "uuid", user_id: "uuid index", body: "text", transcript: "text" },
  { inherits: ["public.notes"] },
);
const decided = content({ columns: { body: pii.null() } });
type Decision = Parameters<typeof findings>[1]["annotation"][string];
const decide = (more: Record<string, Decision>, note: Decision = decided) => ({
  tables: [users(), notes, voice],
  annotation: { users: person(), notes: note, ...more },
});

test("L072: below a table with rules, until it is decided", () => {
  const both = content({ owner: "user_id", columns: { body: pii.null(), transcript: pii.null() } });
  expect(subjects("L072", decide({ voice_notes: both }))).toEqual([]);
  expect(findings("L072", decide({}))).toMatchObject([
    {
      level: "error",
      subject: "public.voice_notes",
      message: expect.stringContaining("(transcript)"),
      remedy: expect.stringContaining('content({ owner: "user_id"'),
      path: ["tables", "notes"],
    },
  ]);
  expect(subjects("L072", decide({ voice_notes: keep("no words in it") }))).toEqual([]);
  expect(subjects("L072", decide({}, unrelated("nobody's")))).toEqual([]);
});

test("L072: below the people's own table, over a table in between", () => {
  const staff = table("staff", { id: "uuid", email: "text" }, { inherits: ["public.users"] });
  const bosses = table("bosses", { id: "uuid", email: "text", car: "text" }, { inherits: ["public.staff"] });
  const all = (more: Record<string, Decision>) => ({
    tables: [users(), staff, bosses],
    annotation: { users: person(), ...more },
  });
  expect(findings("L072", all({}))).toMatchObject([
    { subject: "public.bosses", message: expect.stringContaining("(car)") },
    { subject: "public.staff", message: expect.stringContaining("no guard"), path: ["tables", "users"] },
  ]);
  expect(subjects("L072", all({ staff: keep("nothing else"), bosses: keep("a company car") }))).toEqual([]);
});
