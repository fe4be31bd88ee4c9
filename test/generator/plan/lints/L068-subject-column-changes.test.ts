import { describe, expect, test } from "vitest";
import {
  content,
  credential,
  keep,
  part,
  pii,
  session,
  via,
} from "../../../../generator/annotation/builders.ts";
import type { ForeignKey } from "../../../../generator/catalog/model.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const handle = (onUpdate: ForeignKey["onUpdate"]) => ({
  columns: ["login"],
  references: { table: "public.users", columns: ["handle"] },
  onUpdate,
});
const profiles = (onUpdate: ForeignKey["onUpdate"] | null, extra: Record<string, string> = {}) =>
  table(
    "profiles",
    { id: "uuid pk", login: "text index", motto: "text", ...extra },
    onUpdate === null ? {} : { foreignKeys: [handle(onUpdate)] },
  );
type Decision = Parameters<typeof findings>[1]["annotation"][string];
const decide = (
  onUpdate: ForeignKey["onUpdate"] | null,
  profile: Decision,
  column = pii.template("deleted_{id}") as ReturnType<typeof pii.template> | ReturnType<typeof keep>,
) => ({
  tables: [users({ handle: "text unique not null" }), profiles(onUpdate)],
  annotation: { users: person({ handle: column }), profiles: profile },
});
const motto = { motto: pii.null() };
const stays = content({ rows: { anonymize: "transform", hard_delete: "delete" }, columns: motto });
const soft = via("users", { columns: ["login"], references: ["handle"] });

describe("L068 a column of the subject that rows are found by", () => {
  test("a foreign key that forbids the new value, or takes the person off", () => {
    expect(subjects("L068", decide("cascade", stays))).toEqual([]);
    expect(findings("L068", decide("no action", stays))).toMatchObject([
      { subject: "public.profiles.login", level: "error", path: ["tables", "profiles", "rules", 0] },
    ]);
    expect(subjects("L068", decide("set null", stays))).toEqual(["public.profiles.login"]);
    expect(subjects("L068", decide("no action", stays, keep()))).toEqual([]);
    const goes = content({ rows: "delete" });
    expect(subjects("L068", decide("no action", goes))).toEqual([]);
    const freed = pii.template("deleted_{id}", { onSoftDelete: true });
    expect(findings("L068", decide("no action", goes, freed))).toMatchObject([
      { message: expect.stringContaining("under soft_delete") },
    ]);
  });

  test("of a table that is found otherwise, too", () => {
    const one = decide("restrict", content({ owner: "user_id", columns: motto }));
    const tables = [one.tables[0], profiles("restrict", { user_id: "uuid index -> users cascade" })];
    expect(subjects("L068", { ...one, tables: tables as typeof one.tables })).toEqual([
      "public.profiles.login",
    ]);
  });

  test("a column that the rule empties points at nobody", () => {
    const empties = (owner: string) => content({ owner, columns: { login: pii.null(), ...motto } });
    const one = decide("no action", empties("user_id"));
    const tables = [one.tables[0], profiles("no action", { user_id: "uuid index -> users cascade" })];
    // Somebody else's row may hold the person's handle.
    expect(findings("L068", { ...one, tables: tables as typeof one.tables })).toMatchObject([
      { level: "warning" },
    ]);
    const more = { lifecycle: { strategies: ["anonymize" as const] } };
    const detached = decide("no action", content({ rows: "detach", columns: motto }));
    expect(subjects("L068", { ...detached, more })).toEqual([]);
  });

  test("a value that no foreign key carries along", () => {
    expect(subjects("L068", decide(null, content({ owner: soft, columns: motto })))).toEqual([
      "public.profiles.login",
    ]);
    expect(subjects("L068", decide(null, content({ owner: soft, columns: motto }), keep()))).toEqual([]);
    const more = { lifecycle: { strategies: ["anonymize" as const] } };
    expect(subjects("L068", { ...decide(null, content({ owner: soft, rows: "delete" })), more })).toEqual([]);
  });

  test("at schedule only sessions are gone", () => {
    const early = pii.template("deleted_{id}", { at: "schedule" });
    expect(subjects("L068", decide(null, session({ owner: soft }), early))).toEqual([]);
    const more = { lifecycle: { strategies: ["anonymize" as const] } };
    expect(
      subjects("L068", { ...decide(null, content({ owner: soft, rows: "delete" }), early), more }),
    ).toHaveLength(1);
  });

  test("credentials that stay meet the guard", () => {
    const early = pii.template("deleted_{id}", { at: "schedule" });
    expect(subjects("L068", decide("cascade", credential()))).toEqual([]);
    expect(subjects("L068", decide("cascade", credential(), early))).toEqual(["public.profiles.login"]);
    expect(subjects("L068", decide("cascade", credential({ columns: motto })))).toEqual([
      "public.profiles.login",
    ]);
  });

  test("a value that two people may share, and rows that were to be hidden", () => {
    const one = decide(null, content({ owner: soft, rows: "delete" }), keep());
    const shared = { ...one, tables: [users({ handle: "text" }), profiles(null)] };
    expect(subjects("L068", one)).toEqual([]);
    expect(subjects("L068", shared)).toEqual(["public.profiles"]);
    const hidden = content({ owner: soft, rows: "delete", view: "shown_profiles" });
    expect(findings("L068", decide(null, hidden, keep()))).toMatchObject([
      { path: ["tables", "profiles", "rules", 0, "owner"] },
    ]);
  });

  describe("a column of a part", () => {
    const details = (onUpdate: ForeignKey["onUpdate"] | null) =>
      table(
        "posts",
        { id: "uuid pk", login: "text index", motto: "text" },
        onUpdate === null
          ? {}
          : {
              foreignKeys: [
                {
                  columns: ["login"],
                  references: { table: "public.details", columns: ["handle"] },
                  onUpdate,
                },
              ],
            },
      );
    const found = (
      onUpdate: ForeignKey["onUpdate"] | null,
      column: ReturnType<typeof pii.template> | ReturnType<typeof keep>,
      post: Decision = content({
        owner: via("details", { columns: ["login"], references: ["handle"] }),
        columns: motto,
      }),
    ) =>
      findings("L068", {
        tables: [
          users(),
          table("details", { user_id: "uuid pk -> users", handle: "text unique not null" }),
          details(onUpdate),
        ],
        annotation: { users: person(), details: part({ columns: { handle: column } }), posts: post },
        more: { lifecycle: { strategies: ["anonymize"] } },
      });
    const gone = pii.template("deleted_{id}");

    test("that a foreign key points at", () => {
      expect(found("no action", keep())).toEqual([]);
      expect(found("cascade", gone)).toEqual([]);
      expect(found("no action", gone)).toMatchObject([
        { subject: "public.posts.login", message: expect.stringContaining("public.details.handle") },
      ]);
    });

    test("that rows only hold as well", () => {
      expect(found(null, keep())).toEqual([]);
      expect(found(null, gone)).toMatchObject([{ subject: "public.posts.login" }]);
      const owner = via("details", { columns: ["login"], references: ["handle"] });
      expect(found(null, gone, content({ owner, rows: "delete" }))).toEqual([]);
      // They would be looked for by another value than the one they hold.
      const early = pii.template("deleted_{id}", { at: "schedule" });
      expect(found(null, early, content({ owner, rows: "delete" }))).toMatchObject([
        { message: expect.stringContaining("when a deletion is scheduled") },
      ]);
    });

    test("that nobody's rule names: the part's own place", () => {
      expect(found("no action", gone, keep("nobody's"))).toMatchObject([
        { path: ["tables", "details", "columns", "handle"] },
      ]);
    });
  });
});
