/** A person of the reference application asks for their data: all that is theirs, nothing that is not. */
import { beforeAll, describe, expect, test } from "vitest";
import { personalMarkers, personalValues, userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { erase, schedule } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");
const USERS = 12;

beforeAll(async () => {
  await seed(db.sql, { users: USERS });
});

type Row = Record<string, unknown>;
type Export = Record<string, Row[]>;

async function exported(n: number, sql = db.sql): Promise<{ text: string; tables: Export }> {
  const [row] = await sql<{ text: string }[]>`select lethe.export_subject(${userId(n)})::text as text`;
  return { text: row?.text ?? "", tables: JSON.parse(row?.text ?? "{}") as Export };
}

/** Columns that hold the key to an account. */
const SECRET = [
  "users.hashed_password",
  "sessions.token",
  "user_tokens.token",
  "totp_credentials.secret",
  "backup_codes.code_hash",
];

test("every personal value is there, but for secrets", async () => {
  const { text } = await exported(5);
  const values = personalValues(5);
  for (const { table, column, marker } of values)
    expect([`${table}.${column}`, text.includes(marker)]).toEqual([
      `${table}.${column}`,
      !SECRET.includes(`${table}.${column}`),
    ]);
  expect(values.filter((each) => SECRET.includes(`${each.table}.${each.column}`))).toHaveLength(
    SECRET.length,
  );
});

test("nobody else's values or keys are", async () => {
  for (const n of [1, 5, 6]) {
    const { text } = await exported(n);
    for (let other = 1; other <= USERS; other++) {
      if (other === n) continue;
      expect([n, other, text.includes(userId(other))]).toEqual([n, other, false]);
      for (const marker of personalMarkers(other))
        expect([n, marker, text.includes(marker)]).toEqual([n, marker, false]);
    }
  }
});

test("messages sent in full, of messages received that they came", async () => {
  const { tables } = await exported(5);
  const messages = tables["public.messages"] ?? [];
  const sent = messages.filter((row) => row.sender_id === userId(5));
  const received = messages.filter((row) => row.recipient_id === userId(5));
  expect(sent).toHaveLength(3);
  for (const row of sent)
    expect(row).toMatchObject({ body: expect.stringContaining("#5#"), recipient_id: null });
  expect(received).toHaveLength(3);
  for (const row of received) expect(Object.keys(row).sort()).toEqual(["id", "recipient_id", "sender_id"]);
  const ids = messages.map((row) => row.id as number);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
});

test("sign-in tables: what describes them, never what opens them", async () => {
  const { tables } = await exported(5);
  expect(tables["public.sessions"]?.[0]).toEqual({
    user_id: userId(5),
    ip: expect.any(String),
    user_agent: expect.any(String),
    expires_at: expect.stringMatching(/\+00:00$/),
  });
  expect(tables["public.totp_credentials"]).toEqual([{ user_id: userId(5) }]);
  expect(tables["public.backup_codes"]).toHaveLength(4);
  expect(Object.keys(tables["public.accounts"]?.[0] ?? {}).sort()).toEqual([
    "id",
    "provider",
    "provider_account_id",
    "user_id",
  ]);
});

test("counts: every owned row once", async () => {
  const { tables } = await exported(6);
  const count = async (query: string) =>
    Number((await db.sql.unsafe(`select count(*) as n from ${query}`))[0]?.n);
  const me = `'${userId(6)}'`;
  expect(tables["public.users"]).toHaveLength(1);
  for (const [table, where] of [
    ["comments", `author_id = ${me}`],
    ["comment_edits", `comment_id in (select id from comments where author_id = ${me})`],
    ["messages", `${me} in (sender_id, recipient_id)`],
    ["collections", `owner_id = ${me}`],
    [
      "collection_members",
      `user_id = ${me} or collection_id in (select id from collections where owner_id = ${me})`,
    ],
    ["property_listings", `creator_id = ${me}`],
    ["invoices", `user_id = ${me}`],
    ["events", `user_id = ${me}`],
  ])
    expect([table, tables[`public.${table}`]?.length]).toEqual([
      table,
      await count(`${table} where ${where}`),
    ]);
});

test("the same bytes each time, whatever the session's settings", async () => {
  const { text } = await exported(5);
  const elsewhere = await db.connect({
    timezone: "Pacific/Chatham",
    datestyle: "German",
    intervalstyle: "sql_standard",
    bytea_output: "escape",
  });
  expect((await exported(5, elsewhere)).text).toBe(text);
});

describe("who may ask", () => {
  test("oneself", async () => {
    const self = await db.as("app_user", { "app.user_id": userId(5) });
    expect((await exported(5, self)).text).toBe((await exported(5)).text);
    expect(await sqlState(self`select lethe.export_subject(${userId(4)})`)).toBe("LT005");
    expect(await sqlState(self`select * from lethe.collect_export(${userId(5)})`)).toBe("42501");
  });
  test("an administrator, and the service", async () => {
    const admin = await db.as("app_admin", { "app.user_id": userId(1) });
    const worker = await db.as("app_worker");
    expect((await exported(5, admin)).text).toBe((await exported(5, worker)).text);
    const app = await db.as("app_user");
    expect(await sqlState(app`select lethe.export_subject(${userId(5)})`)).toBe("LT005");
  });
  test("for nobody", async () => {
    expect(await sqlState(db.sql`select lethe.export_subject(gen_random_uuid())`)).toBe("LT006");
  });
});

test("during grace what was taken off the row is still theirs; nothing personal is once they are erased", async () => {
  await schedule(db.sql, userId(7));
  const [user] = (await exported(7)).tables["public.users"] ?? [];
  expect(user?.email).toBe("user-7@example.com");
  await db.sql`select lethe.execute_deletion(${userId(7)}, true)`;
  const { text } = await exported(7);
  const left = personalValues(7).filter(({ marker }) => text.includes(marker));
  // The annotation keeps it: it describes the place.
  expect(left.map(({ table, column }) => `${table}.${column}`)).toEqual(["property_listings.title"]);
  await erase(db.sql, userId(8), { strategy: "hard_delete" });
  expect(await sqlState(db.sql`select lethe.export_subject(${userId(8)})`)).toBe("LT006");
});
