import { describe, expect, test } from "vitest";
import {
  content,
  credential,
  keep,
  mfa,
  pii,
  table as rules,
  session,
  unrelated,
  via,
} from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const notes = (action: string, owner = "uuid") =>
  table("notes", { id: "uuid pk", user_id: `${owner} index -> users ${action}`, body: "text" });
type Decision = Parameters<typeof findings>[1]["annotation"][string];
const decide = (action: string, decision: Decision, owner?: string) => ({
  tables: [users(), notes(action, owner)],
  annotation: { users: person(), notes: decision },
});
const content2 = (hard: "keep" | "delete" | "detach" | "cascade") =>
  content({ rows: { anonymize: "transform", hard_delete: hard }, columns: { body: pii.null() } });

describe("L022 what the subject's deletion does through foreign keys", () => {
  test("cascade", () => {
    for (const hard of ["delete", "detach", "cascade"] as const) {
      expect(subjects("L022", decide("cascade", content2(hard)))).toEqual([]);
    }
    expect(findings("L022", decide("cascade", content2("keep")))).toMatchObject([
      { subject: "public.notes.user_id", level: "error", path: ["tables", "notes", "rules", 0] },
    ]);
    expect(subjects("L022", decide("no action", content2("keep")))).toEqual([]);
    expect(subjects("L022", decide("cascade", unrelated("nothing")))).toEqual(["public.notes.user_id"]);
  });

  test("set null and set default", () => {
    for (const action of ["set null", "set default"]) {
      expect(subjects("L022", decide(action, content2("detach")))).toEqual([]);
      expect(subjects("L022", decide(action, content2("keep")))).toEqual(["public.notes.user_id"]);
    }
    expect(subjects("L022", decide("set null", credential({ columns: { body: pii.null() } })))).toEqual([]);
    expect(findings("L022", decide("set null", content2("keep"), "uuid not null"))[0]?.message).toContain(
      "NOT NULL",
    );
    const kept = credential({ columns: { body: pii.null() } });
    expect(subjects("L022", decide("set default", kept))).toEqual([]);
    const other = table(
      "notes",
      { id: "uuid pk", user_id: "uuid index -> users set default", body: "text" },
      { columns: { user_id: { default: "'00000000-0000-4000-8000-000000000001'::uuid" } } },
    );
    expect(
      subjects("L022", { tables: [users(), other], annotation: { users: person(), notes: kept } }),
    ).toEqual(["public.notes.user_id"]);
    expect(findings("L022", decide("set null", kept, "uuid not null"))[0]?.message).toContain("NOT NULL");
  });

  test("rows that a rule names for some requests only", () => {
    for (const some of [
      credential({ when: "thorough", columns: { body: pii.null() } }),
      content({ when: "thorough", rows: "detach", columns: { body: pii.null() } }),
    ])
      expect(
        findings("L022", { ...decide("set null", some), more: { options: { thorough: false } } }),
      ).toMatchObject([
        { level: "error", remedy: expect.stringContaining('unless: "thorough", rows: "detach"') },
      ]);
  });
});

describe("L022 what the deletion of a parent does", () => {
  const replies = (action: string) =>
    table("replies", { id: "uuid pk", note_id: `uuid index -> notes ${action}`, body: "text" });
  const parent = content({ rows: "delete" });
  const both = (action: string, reply: Decision) => ({
    tables: [users(), notes("cascade"), replies(action)],
    annotation: { users: person(), notes: parent, replies: reply },
  });
  const viaNotes = content({ owner: via("notes"), rows: "delete" });

  test("cascade into rows that no rule deletes", () => {
    expect(subjects("L022", both("cascade", viaNotes))).toEqual([]);
    expect(findings("L022", both("cascade", unrelated("nobody's")))).toMatchObject([
      { subject: "public.replies.note_id", level: "error", path: ["tables", "replies"] },
    ]);
    const kept = content({ owner: via("notes"), rows: { anonymize: "keep", hard_delete: "delete" } });
    expect(subjects("L022", both("cascade", kept))).toEqual(["public.replies.note_id"]);
  });

  test("set null in other people's rows is told, until it is said to be known", () => {
    const self = (columns: Record<string, ReturnType<typeof keep>>) => ({
      tables: [
        users(),
        table("posts", { id: "uuid pk", user_id: "uuid index -> users", reply_to: "uuid -> posts set null" }),
      ],
      annotation: {
        users: person(),
        posts: rules({ rules: [content({ owner: "user_id", rows: "delete" })], columns }),
      },
    });
    expect(findings("L022", self({}))).toMatchObject([
      { level: "warning", subject: "public.posts.reply_to" },
    ]);
    expect(subjects("L022", self({ reply_to: keep("replies stay") }))).toEqual([]);
  });
});

test("L022 rows that `where` leaves out meet the foreign key all the same", () => {
  const narrowed = (where?: string) =>
    decide("cascade", content({ rows: "delete", ...(where === undefined ? {} : { where }) }));
  expect(findings("L022", narrowed())).toEqual([]);
  expect(findings("L022", narrowed("t.body <> ''"))).toMatchObject([
    { level: "warning", subject: "public.notes.user_id" },
  ]);
  // Such rows make the deletion fail where the column is NOT NULL.
  const some = content({ rows: "delete", where: "t.body <> ''" });
  expect(findings("L022", decide("set null", some, "uuid not null"))).toMatchObject([
    { level: "warning", message: expect.stringContaining("then fails") },
  ]);
});

test("L022 rows that go with sessions go when the deletion is scheduled, so no other rule will do", () => {
  const decide = (events: Decision) => ({
    tables: [
      users(),
      table("sessions", { id: "uuid pk", user_id: "uuid index -> users" }),
      table("events", { id: "uuid pk", session_id: "uuid index -> sessions cascade", body: "text" }),
    ],
    annotation: { users: person(), sessions: session(), events },
  });
  expect(subjects("L022", decide(session({ owner: via("sessions") })))).toEqual([]);
  expect(subjects("L022", decide(content({ owner: via("sessions"), rows: "delete" })))).toEqual([
    "public.events.session_id",
  ]);
});

test("L022 a reference that is cleared with the sessions tells nobody afterwards whose the row is", () => {
  const decide = (factors: Decision) => ({
    tables: [
      users(),
      table("sessions", { id: "uuid pk", user_id: "uuid index -> users" }),
      table("factors", { id: "uuid pk", session_id: "uuid index -> sessions set null", code: "text" }),
    ],
    annotation: { users: person(), sessions: session(), factors },
  });
  expect(subjects("L022", decide(session({ owner: via("sessions") })))).toEqual([]);
  expect(findings("L022", decide(mfa({ owner: via("sessions") })))).toMatchObject([
    { level: "error", subject: "public.factors.session_id" },
  ]);
});

test("L022 rows behind a cascade that is meant are anybody's, whatever rule there is for a person's own", () => {
  const decide = (more: Record<string, ReturnType<typeof keep>>) => ({
    tables: [
      users(),
      table("notes", { id: "uuid pk", user_id: "uuid index -> users" }),
      table("replies", { id: "uuid pk", note_id: "uuid -> notes cascade", user_id: "uuid index -> users" }),
      table("votes", { id: "uuid pk", reply_id: "uuid index -> replies cascade" }),
    ],
    annotation: {
      users: person(),
      notes: content({ rows: "delete" }),
      replies: content({ rows: "delete", columns: { note_id: keep("replies go with what they reply to") } }),
      votes: rules({ columns: more, rules: [content({ owner: via("replies"), rows: "delete" })] }),
    },
  });
  expect(findings("L022", decide({}))[0]).toMatchObject({
    level: "error",
    subject: "public.votes.reply_id",
    remedy: expect.stringMatching(/^say that it is meant/),
  });
  expect(subjects("L022", decide({ reply_id: keep("votes go with the reply") }))).toEqual([]);
});

test("L022 a default that isn't there is NULL", () => {
  const decide = (note: string) => ({
    tables: [
      users(),
      table("notes", { id: "uuid pk", user_id: "uuid index -> users" }),
      table("replies", {
        id: "uuid pk",
        note_id: `${note} -> notes set default`,
        user_id: "uuid index -> users",
      }),
    ],
    annotation: {
      users: person(),
      notes: content({ rows: "delete" }),
      replies: content({ rows: "delete", columns: { note_id: keep("a default is meant") } }),
    },
  });
  expect(subjects("L022", decide("uuid"))).toEqual([]);
  expect(findings("L022", decide("uuid not null"))[0]).toMatchObject({
    level: "error",
    subject: "public.replies.note_id",
    message: expect.stringContaining("(on delete set default) fails"),
  });
});
