import { describe, expect, test } from "vitest";
import { content, ghost, keep, pii, reassign, set } from "../../../../generator/annotation/builders.ts";
import { type Extra, table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const own = (handle: ReturnType<typeof pii.null>, type = "text unique", extra: Extra = {}) => ({
  tables: [users({ handle: type }, extra)],
  annotation: { users: person({ handle }) },
});
const indexed = (index: NonNullable<Extra["indexes"]>[number]) => ({
  indexes: [{ name: "i", unique: true, ...index }],
});

describe("L015 the subject's unique columns", () => {
  test("a constant", () => {
    expect(subjects("L015", own(pii.null()))).toEqual([]);
    expect(findings("L015", own(pii.replace("gone")))).toMatchObject([
      { subject: "public.users.handle", path: ["tables", "users", "columns", "handle"] },
    ]);
    expect(findings("L015", own(pii.replace("gone")))[0]?.remedy).toContain('pii.template("deleted_{id}")');
    expect(subjects("L015", own(pii.template("deleted_{id}")))).toEqual([]);
    expect(subjects("L015", own(pii.hash()))).toEqual([]);
  });

  test("a constant that a generated column follows", () => {
    const people = users({ handle: "text", upper: "text unique generated" });
    const columns = people.columns.map((each) =>
      each.name === "upper" ? { ...each, default: "upper(handle)" } : each,
    );
    const decide = (handle: ReturnType<typeof pii.null>) => ({
      tables: [{ ...people, columns }],
      annotation: { users: person({ handle, upper: keep() }) },
    });
    expect(subjects("L015", decide(pii.replace("gone")))).toEqual(["public.users.handle"]);
    expect(subjects("L015", decide(pii.template("gone {id}")))).toEqual([]);
    expect(subjects("L015", decide(pii.null()))).toEqual([]);
  });

  test("NULL where NULLs are not distinct", () => {
    const extra = indexed({ columns: ["handle"], nullsNotDistinct: true });
    expect(subjects("L015", own(pii.null(), "text", extra))).toEqual(["public.users.handle"]);
    expect(subjects("L015", own(pii.template("gone {id}"), "text", extra))).toEqual([]);
  });

  test("an expression", () => {
    const lower = indexed({ columns: [null], expressions: ["lower(handle)"] });
    expect(subjects("L015", own(pii.replace("gone"), "text", lower))).toEqual(["public.users.handle"]);
    expect(subjects("L015", own(pii.null(), "text", lower))).toEqual([]);
    const filled = indexed({ columns: [null], expressions: ["COALESCE(handle, ''::text)"] });
    expect(subjects("L015", own(pii.null(), "text", filled))).toEqual(["public.users.handle"]);
    const other = indexed({ columns: [null], expressions: ["lower(old_handle)"] });
    expect(subjects("L015", own(pii.replace("gone"), "text", other))).toEqual([]);
  });

  test("a partial index that erased rows leave, and one that they stay in", () => {
    const where = (predicate: string) => indexed({ columns: ["handle"], predicate });
    expect(subjects("L015", own(pii.replace("gone"), "text", where("(deleted_at IS NULL)")))).toEqual([]);
    expect(subjects("L015", own(pii.replace("gone"), "text", where("(handle IS NOT NULL)")))).toEqual([
      "public.users.handle",
    ]);
    const status = (value: string) => ({
      tables: [users({ handle: "text", status: "text" }, where("(status = 'live'::text)"))],
      annotation: { users: person({ handle: pii.replace("gone"), status: set(value) }) },
    });
    expect(subjects("L015", status("live"))).toEqual(["public.users.handle"]);
    expect(subjects("L015", status("gone"))).toEqual([]);
  });

  test("a composite index is no help unless the rest tells rows apart", () => {
    const tenant = indexed({ columns: ["tenant", "handle"] });
    const decide = (tenantType: string, handle: ReturnType<typeof pii.null>) => ({
      tables: [users({ handle: "text", tenant: tenantType }, tenant)],
      annotation: { users: person({ handle, tenant: { class: "keep", action: "keep" } }) },
    });
    expect(subjects("L015", decide("int", pii.replace("gone")))).toEqual(["public.users.handle"]);
    expect(subjects("L015", decide("int", pii.template("gone {id}")))).toEqual([]);
    expect(subjects("L015", decide("int unique not null", pii.replace("gone")))).toEqual([]);
  });
});

describe("L015 other tables", () => {
  const accounts = (extra: Extra = {}, owner = "uuid not null index -> users") =>
    table("accounts", { id: "bigint pk", user_id: owner, name: "text not null" }, extra);
  const decide = (
    name: ReturnType<typeof pii.null>,
    one = accounts(indexed({ columns: ["user_id", "name"] })),
  ) => ({
    tables: [users(), one],
    annotation: { users: person(), accounts: content({ owner: "user_id", columns: { name } }) },
  });

  test("what is the same for one person collides within one person", () => {
    expect(subjects("L015", decide(pii.replace("gone")))).toEqual(["public.accounts.name"]);
    expect(findings("L015", decide(pii.template("gone {id}")))[0]?.remedy).toContain(
      'pii.template("deleted_{key}")',
    );
    expect(subjects("L015", decide(pii.template("gone {key}")))).toEqual([]);
  });

  test("one row a person", () => {
    const single = accounts(indexed({ columns: ["user_id", "name"] }), "uuid not null unique -> users");
    expect(subjects("L015", decide(pii.replace("gone"), single))).toEqual([]);
    const named = accounts(indexed({ columns: ["name"] }), "uuid not null unique -> users");
    expect(subjects("L015", decide(pii.replace("gone"), named))).toEqual(["public.accounts.name"]);
    expect(subjects("L015", decide(pii.email(), named))).toEqual([]);
  });

  test("a new owner who has such a row", () => {
    const members = table(
      "members",
      { id: "bigint pk", list: "int", user_id: "uuid not null index -> users" },
      indexed({ columns: ["list", "user_id"] }),
    );
    const hand = (rows: ReturnType<typeof reassign>) => ({
      tables: [users(), members],
      annotation: {
        users: person(),
        members: content({
          owner: "user_id",
          rows,
          columns: { list: { class: "keep" as const, action: "keep" as const } },
        }),
      },
      more: { ghosts: { departed: ghost({ id: "00000000-0000-4000-8000-000000000000" }) } },
    });
    expect(findings("L015", hand(reassign("departed")))).toMatchObject([
      { subject: "public.members.user_id", level: "error" },
    ]);
    expect(findings("L015", hand(reassign({ sql: "null::uuid" })))).toMatchObject([{ level: "warning" }]);
    expect(subjects("L015", hand(reassign("departed", { onConflict: "delete" })))).toEqual([]);
  });

  test("a new owner whose rows would all become alike", () => {
    const hand = (name: ReturnType<typeof pii.null> | ReturnType<typeof keep>) => ({
      tables: [users(), accounts(indexed({ columns: ["user_id", "name"] }))],
      annotation: {
        users: person(),
        accounts: content({
          owner: "user_id",
          rows: reassign("departed", { onConflict: "delete" }),
          columns: { name },
        }),
      },
      more: { ghosts: { departed: ghost({ id: "00000000-0000-4000-8000-000000000000" }) } },
    });
    expect(subjects("L015", hand(keep()))).toEqual([]);
    expect(subjects("L015", hand(pii.replace("gone")))).toEqual(["public.accounts.name"]);
    expect(subjects("L015", hand(pii.template("gone {key}")))).toEqual([]);
  });
});
