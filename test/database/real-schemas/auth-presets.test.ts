/** Presets against the schemas that they are about: better-auth's own migrations, and what the others publish. */
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import {
  admin,
  anonymous,
  deviceAuthorization,
  emailOTP,
  organization,
  phoneNumber,
  siwe,
  twoFactor,
  username,
} from "better-auth/plugins";
import pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import type { ErasureInput } from "../../../generator/annotation/input.ts";
import { validateAnnotation } from "../../../generator/annotation/schema.ts";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { authPresets, keep, keepRest, presets } from "../../../generator/index.ts";
import { plan } from "../../../generator/plan/plan.ts";
import { type Database, useDatabase } from "../../support/database.ts";
import { erase, schedule } from "../../support/scenario.ts";
import { installLethe, sqlState, terms } from "../../support/schema-case.ts";

/** What is found beside indexes, which are the application's own to make. */
async function findings(db: Database, tables: ErasureInput["tables"]): Promise<string[]> {
  const { annotation, findings: wrong } = validateAnnotation({ ...terms, tables });
  expect(wrong).toEqual([]);
  if (annotation === null) return [];
  const found = plan(annotation, await readCatalog(db.sql)).findings;
  return found
    .filter(({ code }) => code !== "L025")
    .map((each) => `${each.code} ${each.subject}: ${each.message}`);
}

const columnsOf = async (db: Database, table: string): Promise<string[]> =>
  (
    await db.sql<{ name: string }[]>`
      select attname as name from pg_attribute
      where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`
  ).map(({ name }) => name);

async function createIndexes(db: Database, ...indexes: string[]): Promise<void> {
  for (const on of indexes) await db.sql.unsafe(`create index on ${on}`);
}

describe("better-auth", () => {
  const db = useDatabase("empty");
  const plugins = [
    admin(),
    anonymous(),
    deviceAuthorization(),
    emailOTP({ sendVerificationOTP: async () => {} }),
    organization({ teams: { enabled: true } }),
    phoneNumber(),
    siwe({ domain: "example.org", getNonce: async () => "x", verifyMessage: async () => true }),
    twoFactor(),
    username(),
  ] satisfies BetterAuthOptions["plugins"];

  async function migrate(options: Partial<BetterAuthOptions>): Promise<void> {
    const pool = new pg.Pool({ connectionString: db.url, max: 1 });
    try {
      const { runMigrations } = await getMigrations({
        database: pool,
        secret: "thirty-two characters, known to the test alone",
        telemetry: { enabled: false },
        ...options,
      });
      await runMigrations();
    } finally {
      await pool.end();
    }
  }

  test("the core alone", async () => {
    await migrate({});
    const tables = authPresets.betterAuth();
    expect(await findings(db, tables)).toEqual([]);
    expect(Object.keys(tables.user.columns).sort()).toEqual((await columnsOf(db, '"user"')).sort());
  });

  test("with all the plugins that it knows", async () => {
    expect(betterAuth).toBeTypeOf("function");
    await migrate({ plugins });
    const tables = authPresets.betterAuth({
      plugins: [
        "admin",
        "anonymous",
        "deviceAuthorization",
        "emailOTP",
        "organization",
        "phoneNumber",
        "siwe",
        "teams",
        "twoFactor",
        "username",
      ],
    });
    expect(await findings(db, tables)).toEqual([]);
    expect(Object.keys(tables.user.columns).sort()).toEqual((await columnsOf(db, '"user"')).sort());
    await createIndexes(
      db,
      'session ("impersonatedBy")',
      "verification (value)",
      '"deviceCode" ("userId")',
      'invitation ("inviterId")',
    );
    await expect(
      installLethe(db.sql, {
        ...terms,
        access: { ...terms.access, currentUser: presets.setting("app.user_id") },
        tables,
      }),
    ).resolves.toContain("lethe");
  });
});

describe("Auth.js", () => {
  const db = useDatabase("empty");
  // The tables as the page of @auth/pg-adapter has them.
  beforeAll(async () => {
    await db.sql.unsafe(`
      create table users (id serial primary key, name varchar(255), email varchar(255) unique, "emailVerified" timestamptz, image text);
      create table accounts (
        id serial primary key, "userId" integer not null references users on delete cascade, type varchar(255) not null,
        provider varchar(255) not null, "providerAccountId" varchar(255) not null, refresh_token text, access_token text,
        expires_at bigint, id_token text, scope text, session_state text, token_type text, unique (provider, "providerAccountId"));
      create table sessions (
        id serial primary key, "userId" integer not null references users on delete cascade, expires timestamptz not null,
        "sessionToken" varchar(255) unique not null);
      create table verification_token (identifier text not null, expires timestamptz not null, token text not null, primary key (identifier, token));
      insert into users (name, email, "emailVerified") values ('Ada', 'ada@example.org', now()), ('Bob', 'bob@example.org', null);
      insert into accounts ("userId", type, provider, "providerAccountId") values (1, 'oauth', 'x', '1'), (2, 'oauth', 'x', '2');
      insert into sessions ("userId", expires, "sessionToken") values (1, now(), 'a'), (2, now(), 'b');
      insert into verification_token values ('ada@example.org', now(), 'a'), ('bob@example.org', now(), 'b');
    `);
    await createIndexes(db, 'accounts ("userId")', 'sessions ("userId")');
  });

  test("a person leaves without a trace, and nobody else", async () => {
    const tables = authPresets.authJs();
    expect(await findings(db, tables)).toEqual([]);
    const access = { ...terms.access, currentUser: presets.setting("app.user_id", "integer") };
    await installLethe(db.sql, { ...terms, access, tables });
    await schedule(db.sql, 1);
    expect(await db.sql`select "userId" from sessions`).toEqual([{ userId: 2 }]);
    expect(await db.sql`select identifier from verification_token`).toEqual([
      { identifier: "bob@example.org" },
    ]);
    expect(
      await sqlState(db.sql`insert into sessions ("userId", expires, "sessionToken") values (1, now(), 'c')`),
    ).toBe("LT010");
    await db.sql`select lethe.execute_deletion(1, early => true)`;
    expect(await db.sql`select "userId" from accounts`).toEqual([{ userId: 2 }]);
    expect(await db.sql`select id, name, email, image from users order by id`).toEqual([
      { id: 1, name: null, email: "deleted_1@deleted.invalid", image: null },
      { id: 2, name: "Bob", email: "bob@example.org", image: null },
    ]);
  });

  test.each([
    ["prisma", "User", "Account", "Session", "VerificationToken", "Authenticator"],
    ["drizzle", "user", "account", "session", "verificationToken", "authenticator"],
  ] as const)("the tables of %s", async (adapter, user, account, session, token, authenticator) => {
    const own = db.sql(adapter);
    await db.sql`create schema ${own}`;
    // What both publish: text keys, the provider's id as the account's key, passkeys.
    await db.sql.unsafe(`
      create table ${adapter}."${user}" (id text primary key, name text, email text unique, "emailVerified" timestamp(3), image text);
      create table ${adapter}."${account}" (
        "userId" text not null references ${adapter}."${user}" on delete cascade, type text not null, provider text not null,
        "providerAccountId" text not null, refresh_token text, access_token text, expires_at integer, token_type text, scope text,
        id_token text, session_state text, primary key (provider, "providerAccountId"));
      create table ${adapter}."${session}" (
        "sessionToken" text primary key, "userId" text not null references ${adapter}."${user}" on delete cascade, expires timestamp(3) not null);
      create table ${adapter}."${token}" (identifier text not null, token text not null, expires timestamp(3) not null, primary key (identifier, token));
      create table ${adapter}."${authenticator}" (
        "credentialID" text not null unique, "userId" text not null references ${adapter}."${user}" on delete cascade,
        "providerAccountId" text not null, "credentialPublicKey" text not null, counter integer not null,
        "credentialDeviceType" text not null, "credentialBackedUp" boolean not null, transports text, primary key ("userId", "credentialID"));
    `);
    const tables = authPresets.authJs({ adapter, schema: adapter, webauthn: true });
    const mine = (await findings(db, tables)).filter((each) => each.includes(` ${adapter}.`));
    expect(mine).toEqual([]);
  });
});

describe("Phoenix", () => {
  const db = useDatabase("empty");
  // What `mix phx.gen.auth Accounts Member members` migrates to, and a column of the application's own.
  beforeAll(async () => {
    await db.sql.unsafe(`
      create extension if not exists citext;
      create table members (
        id bigserial primary key, email citext not null unique, hashed_password varchar(255), confirmed_at timestamp(0),
        inserted_at timestamp(0) not null default now(), updated_at timestamp(0) not null default now(), locale text);
      create table members_tokens (
        id bigserial primary key, member_id bigint not null references members on delete cascade, token bytea not null,
        context varchar(255) not null, sent_to varchar(255), inserted_at timestamp(0) not null default now());
      create index on members_tokens (member_id);
      create unique index on members_tokens (context, token);
      insert into members (email, hashed_password) values ('ada@example.org', 'x'), ('bob@example.org', 'y');
      insert into members_tokens (member_id, token, context, sent_to) values
        (1, 'a', 'session', null), (1, 'b', 'change:ada@example.org', 'ada@new.example.org'), (2, 'c', 'session', null);
    `);
  });

  test("a person leaves without a trace; a column of one's own is added behind the spread", async () => {
    const preset = authPresets.phoenix({ table: "members", singular: "member" });
    expect(await findings(db, preset)).toEqual([expect.stringMatching(/^L013 public\.members\.locale/)]);
    const columns = { ...preset.members.columns, ...keepRest({ locale: keep() }) };
    const tables = { ...preset, members: { ...preset.members, columns } };
    expect(await findings(db, tables)).toEqual([]);
    const access = { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") };
    await installLethe(db.sql, { ...terms, access, tables });
    expect(await erase(db.sql, 1, { strategy: "anonymize" })).toBe("completed");
    expect(await db.sql`select member_id from members_tokens`.values()).toEqual([["2"]]);
    expect(await db.sql`select email, hashed_password from members order by id`.values()).toEqual([
      ["deleted_1@deleted.invalid", null],
      ["bob@example.org", "y"],
    ]);
  });
});
