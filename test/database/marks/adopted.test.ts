/** A whole life with a mark that the application had before: what is written, hidden, guarded, put back and frozen. */
import { beforeAll, describe, expect, test } from "vitest";
import { adopt, content, keep, pii, session, subject } from "../../../generator/index.ts";
import { useDatabase } from "../../support/database.ts";
import { erase, execute, schedule, statusOf } from "../../support/scenario.ts";
import { type Erasure, installLethe, sqlState, terms } from "../../support/schema-case.ts";

type Marks = NonNullable<Extract<Erasure["tables"][string], { class: "subject" }>["marks"]>;

const me = '"My App"."User"';

interface Case {
  name: string;
  /** The columns that are marks, and types that they need. */
  before?: string;
  columns: string;
  marks: Marks;
  /** What live people have there; the first is cancelled, the second erased. */
  live: [string, string];
  grace: string;
  erased: string;
  /** Nothing is added beside a value. */
  adds: string[];
}

const cases: Case[] = [
  {
    name: "a NOT NULL enum with a label of its own for grace",
    before: `create type "My App"."State" as enum ('active', 'suspended', 'pending deletion', 'it''s gone')`,
    columns: `"State" "My App"."State" not null default 'active'`,
    marks: { deletedAt: adopt("State", { deleted: "it's gone", scheduled: "pending deletion" }) },
    live: ["suspended", "active"],
    grace: "pending deletion",
    erased: "it's gone",
    adds: [],
  },
  {
    name: "a nullable varchar with one value",
    columns: `"State" varchar(8)`,
    marks: { deletedAt: adopt("State", { deleted: "deleted" }) },
    live: ["null", "frozen"],
    grace: "deleted",
    erased: "deleted",
    adds: [],
  },
  {
    name: "a domain with a CHECK",
    before: `create domain "My App".state as text check (value in ('on', 'off', 'gone'))`,
    columns: `"State" "My App".state not null`,
    marks: { deletedAt: adopt("State", { deleted: "gone" }) },
    live: ["off", "on"],
    grace: "gone",
    erased: "gone",
    adds: [],
  },
  {
    name: "a small number",
    columns: `"State" smallint not null`,
    marks: { deletedAt: adopt("State", { deleted: -1, scheduled: -2 }) },
    live: ["3", "0"],
    grace: "-2",
    erased: "-1",
    adds: [],
  },
  {
    name: "a boolean that may be NULL",
    columns: `"State" boolean`,
    marks: { deletedAt: adopt("State") },
    live: ["null", "false"],
    grace: "true",
    erased: "true",
    adds: [],
  },
  {
    name: "a boolean the other way round, beside a column of Lethe's for the time",
    columns: `"State" boolean not null default true`,
    marks: { deletedAt: adopt("State", { deleted: false }), scheduledFor: "due on" },
    live: ["true", "true"],
    grace: "false",
    erased: "false",
    adds: ["due on"],
  },
  {
    name: "a timestamp without time zone",
    columns: `"State" timestamp(0)`,
    marks: { deletedAt: adopt("State") },
    live: ["null", "null"],
    grace: "now",
    erased: "now",
    adds: ["scheduled_deletion_at"],
  },
  {
    name: "two dates",
    columns: `"State" date, "Due" date`,
    marks: { deletedAt: adopt("State"), scheduledFor: adopt("Due") },
    live: ["null", "null"],
    grace: "today",
    erased: "today",
    adds: [],
  },
];

const today = (shift = 0) => new Date(Date.now() + shift).toISOString().slice(0, 10);

describe.each(cases)("$name", ({ before, columns, marks, live, grace, erased, adds }) => {
  const db = useDatabase("empty");
  const [first, second] = live.map((each) => (each === "null" ? null : each)) as [
    string | null,
    string | null,
  ];
  const state = async (id: number) => {
    const [row] = await db.sql.unsafe(`select "State"::text as state from ${me} where id = ${id}`);
    return row?.state as string | null;
  };
  const rowsSeen = async (table: string) => {
    const [, rows] = (await db.sql.unsafe(
      `set role app_user; select id from ${table} order by id; reset role`,
    )) as unknown as [unknown, { id: number }[]];
    return rows.map((row) => row.id);
  };
  const signIn = (id: number) =>
    sqlState(db.sql.unsafe(`insert into "My App".sessions ("user") values (${id})`));
  const looksLike = (what: string | null, expected: string) => {
    if (expected === "now") expect(Date.now() - Date.parse(`${what}Z`)).toBeLessThan(300_000);
    else if (expected === "today")
      expect([today(), today(-300_000)], "of now, or of before midnight").toContain(what);
    else expect(what).toBe(expected);
  };

  beforeAll(async () => {
    const { sql } = db;
    await sql.unsafe(`
      create schema "My App"; grant usage on schema "My App" to app_user;
      ${before ?? ""};
      create table ${me} (id integer primary key, email text not null unique, ${columns});
      create table "My App".sessions (id integer generated always as identity primary key, "user" integer not null references ${me} on delete cascade);
      create index on "My App".sessions ("user");
      create table "My App".posts (id integer primary key, "user" integer references ${me}, body text);
      create index on "My App".posts ("user");
      grant select, insert, update, delete on all tables in schema "My App" to app_user;
    `);
    await installLethe(sql, {
      ...terms,
      access: { ...terms.access, currentUser: "null::integer", searchPath: ["My App"] },
      tables: {
        "My App.User": subject({
          key: "id",
          marks,
          view: "people",
          rls: "hide",
          columns: { id: keep(), email: pii.email() },
        }),
        "My App.sessions": session({ owner: "user" }),
        "My App.posts": content({ owner: "user", rls: "hide", columns: { body: pii.null() } }),
      },
    });
    const people = [
      [1, first],
      [2, second],
      [3, first],
    ] as const;
    for (const [id, value] of people) {
      await sql.unsafe(
        `insert into ${me} (id, email, "State") values (${id}, 'p${id}@example.com', ${quoted(value)})`,
      );
      await sql.unsafe(`insert into "My App".posts values (${id}, ${id}, 'text')`);
      await sql.unsafe(`insert into "My App".sessions ("user") values (${id})`);
    }
  });

  test("what is added, and nothing else", async () => {
    const added = await db.sql`
      select attname from pg_attribute
      where attrelid = ${me}::regclass and attnum > 0 and attname not in ('id', 'email', 'State', 'Due')
    `;
    expect(added.map((row) => row.attname)).toEqual(adds);
    expect((await db.sql`select * from lethe.drift`).filter((row) => row.severity === "error")).toEqual([]);
  });

  test("everybody is there before", async () => {
    expect(await rowsSeen('"My App".people')).toEqual([1, 2, 3]);
    expect(await rowsSeen(me)).toEqual([1, 2, 3]);
    expect(await rowsSeen('"My App".posts')).toEqual([1, 2, 3]);
    expect((await statusOf(db.sql, 1)).status).toBe("not_scheduled");
    expect(await signIn(1)).toBe("none");
  });

  test("schedule marks, hides, and shuts out; cancel puts the original back", async () => {
    const { scheduled_for } = await schedule(db.sql, 1);
    looksLike(await state(1), grace);
    expect((await statusOf(db.sql, 1)).status).toBe("scheduled");
    expect((await statusOf(db.sql, 1)).scheduled_for).toEqual(scheduled_for);
    expect(await rowsSeen('"My App".people')).toEqual([2, 3]);
    expect(await rowsSeen(me)).toEqual([2, 3]);
    expect(await rowsSeen('"My App".posts')).toEqual([2, 3]);
    expect(await signIn(1)).toBe("LT010");
    expect(await signIn(2)).toBe("none");
    // Nobody takes it off by hand.
    expect(await sqlState(db.sql.unsafe(`update ${me} set "State" = ${quoted(first)} where id = 1`))).toBe(
      "LT011",
    );
    // Nothing personal is frozen yet.
    await db.sql.unsafe(`update ${me} set email = 'new@example.com' where id = 1`);

    await db.sql`select lethe.cancel_deletion(1)`;
    expect(await state(1)).toBe(first);
    expect(await rowsSeen('"My App".people')).toEqual([1, 2, 3]);
    expect(await rowsSeen(me)).toEqual([1, 2, 3]);
    expect(await signIn(1)).toBe("none");
    // The application's own again.
    await db.sql.unsafe(`update ${me} set "State" = ${quoted(second)} where id = 1`);
    await db.sql.unsafe(`update ${me} set "State" = ${quoted(first)} where id = 1`);
  });

  test("executed, the row has the final mark and stays as it is", async () => {
    await schedule(db.sql, 2, { strategy: "anonymize", grace: "0" });
    looksLike(await state(2), grace);
    expect(await execute(db.sql, 2)).toBe("completed");
    looksLike(await state(2), erased);
    expect((await statusOf(db.sql, 2)).status).toBe("deleted");
    expect(await rowsSeen('"My App".people')).toEqual([1, 3]);
    expect(await rowsSeen(me)).toEqual([1, 3]);
    expect(await rowsSeen('"My App".posts')).toEqual([1, 3]);
    expect(await signIn(2)).toBe("LT010");
    expect(await sqlState(db.sql.unsafe(`update ${me} set email = 'back@example.com' where id = 2`))).toBe(
      "LT011",
    );
    // The placeholder address is for whoever is marked.
    expect(await sqlState(db.sql.unsafe(`update ${me} set "State" = ${quoted(second)} where id = 2`))).toBe(
      "23514",
    );
    expect(await sqlState(schedule(db.sql, 2))).toBe("LT001");
    const [asked] = await db.sql`
      select r.requested_at is not null as known from lethe.deletion_request r where r.subject_id = 2
    `;
    expect(asked?.known).toBe(true);
  });

  test("nobody who is there may take an address of the erased", async () => {
    const taken = (id: number) =>
      sqlState(db.sql.unsafe(`update ${me} set email = 'deleted_9@deleted.invalid' where id = ${id}`));
    expect(await taken(3)).toBe("23514");
  });

  test("soft_delete and hard_delete", async () => {
    expect(await erase(db.sql, 3, { strategy: "soft_delete" })).toBe("completed");
    looksLike(await state(3), erased);
    expect(await sqlState(db.sql.unsafe(`update ${me} set "State" = ${quoted(first)} where id = 3`))).toBe(
      "LT011",
    );
    await db.sql.unsafe(
      `insert into ${me} (id, email, "State") values (4, 'p4@example.com', ${quoted(first)})`,
    );
    expect(await erase(db.sql, 4, { strategy: "hard_delete" })).toBe("completed");
    expect(await state(4)).toBeUndefined();
  });

  test("the lookup of hidden people knows an index, and keys alone are shown", async () => {
    const plan = await db.sql.begin(async (tx) => {
      await tx`set local enable_seqscan = off`;
      return tx`explain select subject_id from lethe.hidden_subjects where subject_id = 2`;
    });
    expect(plan.map((row) => row["QUERY PLAN"]).join("\n")).toContain("Index");
  });
});

function quoted(value: string | null): string {
  return value === null ? "null" : `'${value}'`;
}
