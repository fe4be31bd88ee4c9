import { describe, expect, test } from "vitest";
import {
  content,
  credential,
  keep,
  pii,
  table as rules,
  session,
  unrelated,
  via,
} from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const notes = table("notes", { id: "uuid pk", user_id: "uuid not null index -> users" });
const replies = (action = "no action") =>
  table("replies", {
    id: "uuid pk",
    user_id: "uuid not null index -> users",
    note_id: `uuid not null index -> notes ${action}`,
    body: "text",
  });
type Decision = Parameters<typeof findings>[1]["annotation"][string];
const decide = (reply: Decision, note: Decision = content({ rows: "delete" }), more = {}) => ({
  tables: [users(), notes, replies()],
  annotation: { users: person(), notes: note, replies: reply },
  more,
});
const own = content({ owner: "user_id", rows: "delete" });
const below = content({ owner: via("notes"), rows: "delete" });

describe("L023 deleted rows that other people's rows point at", () => {
  test("no rule for those rows", () => {
    expect(subjects("L023", decide(rules({ rules: [own, below] })))).toEqual([]);
    // Left to the foreign key, which does not cascade.
    const left = content({ owner: via("notes"), rows: "cascade" });
    expect(subjects("L023", decide(rules({ rules: [own, left] })))).toEqual(["public.replies.note_id"]);
    // Once, though two strategies delete; at the rule that deletes.
    expect(findings("L023", decide(own)).map((each) => [each.subject, each.path])).toEqual([
      ["public.replies.note_id", ["tables", "notes", "rules", 0]],
    ]);
    expect(subjects("L023", decide(unrelated("nobody's")))).toEqual(["public.replies.note_id"]);
    expect(
      subjects("L023", {
        ...decide(rules({ rules: [own, below] })),
        tables: [users(), notes, replies("cascade")],
      }),
    ).toEqual([]);
  });

  test("a rule for other strategies or requests is none", () => {
    const hardOnly = content({ owner: via("notes"), rows: { anonymize: "keep", hard_delete: "delete" } });
    const found = findings("L023", decide(rules({ rules: [own, hardOnly], columns: { body: keep() } })));
    expect(found.map((each) => each.message)).toEqual([expect.stringContaining("deletes under anonymize:")]);
    const more = { options: { wipe: false } };
    const note = rules({ rules: [content({ rows: "delete", when: "wipe", owner: "user_id" })] });
    const same = content({ owner: via("notes"), rows: "delete", when: "wipe" });
    const other = content({ owner: via("notes"), rows: "delete", unless: "wipe" });
    expect(subjects("L023", decide(rules({ rules: [own, same] }), note, more))).toEqual([]);
    expect(subjects("L023", decide(rules({ rules: [own, other] }), note, more))).toEqual([
      "public.replies.note_id",
    ]);
  });

  test("rows of the same table, and the subject's own", () => {
    const posts = (action: string) =>
      table("posts", { id: "uuid pk", user_id: "uuid index -> users", parent_id: `uuid -> posts ${action}` });
    const self = (action: string) => ({
      tables: [users(), posts(action)],
      annotation: { users: person(), posts: content({ rows: "delete" }) },
    });
    expect(subjects("L023", self("set null"))).toEqual([]);
    expect(subjects("L023", self("no action"))).toEqual(["public.posts.parent_id"]);

    const files = table("files", { id: "uuid pk", user_id: "uuid index -> users" });
    const picture = (action: string) => ({
      tables: [users({ picture: `uuid -> files ${action}` }), files],
      annotation: { users: person({ picture: pii.null() }), files: content({ rows: "delete" }) },
    });
    expect(subjects("L023", picture("set null"))).toEqual([]);
    expect(subjects("L023", picture("no action"))).toEqual(["public.users.picture"]);
  });

  test("sessions go at once, and what points at them must too", () => {
    const sessions = table("sessions", { id: "uuid pk", user_id: "uuid index -> users" });
    const devices = table("devices", { id: "uuid pk", session_id: "uuid index -> sessions" });
    const below = (device: Decision) => ({
      tables: [users(), sessions, devices],
      annotation: { users: person(), sessions: session(), devices: device },
    });
    expect(subjects("L023", below(session({ owner: via("sessions") })))).toEqual([]);
    const [finding] = findings("L023", below(credential({ owner: via("sessions") })));
    expect(finding?.remedy).toContain('session({ owner: via("sessions") })');
  });

  test("rows that a cascade takes are anybody's, and so is what points at them", () => {
    const decide = (action: string) => ({
      tables: [
        users(),
        table("posts", { id: "uuid pk", user_id: "uuid index -> users", parent_id: "uuid -> posts cascade" }),
        table("edits", { id: "uuid pk", post_id: `uuid index -> posts ${action}` }),
      ],
      annotation: {
        users: person(),
        posts: content({ rows: "delete", columns: { parent_id: keep("replies go along") } }),
        edits: content({ owner: via("posts"), rows: "delete" }),
      },
    });
    expect(subjects("L023", decide("no action"))).toEqual(["public.edits.post_id"]);
    expect(subjects("L023", decide("cascade"))).toEqual([]);
  });
});
