/** The seed: tests of erasure search for its markers, so they must be there, and be one person's alone. */
import { describe, expect, test } from "vitest";
import { personalMarkers, personalValues, userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { createDatabase, useDatabase } from "../../support/database.ts";

const TABLES =
  `users accounts sessions user_tokens totp_credentials backup_codes collections collection_members
  property_listings comments comment_edits messages invoices uploads events`.split(/\s+/);

describe("a seeded reference application", () => {
  const db = useDatabase("reference");

  test("fills every column of every table", async () => {
    await seed(db.sql, { users: 12 });
    const columns = await db.sql<{ table: string; column: string }[]>`
      select table_name::text as table, column_name::text as column from information_schema.columns
      where table_schema = 'public' and table_name in ${db.sql(TABLES)}
        -- What Lethe adds to the subject is for Lethe to fill.
        and not (table_name = 'users' and column_name in ('deleted_at', 'scheduled_deletion_at'))
    `;
    expect(new Set(columns.map((each) => each.table)).size).toBe(TABLES.length);
    for (const { table, column } of columns) {
      const rows = await db.sql`select from ${db.sql(table)} where ${db.sql(column)} is not null limit 1`;
      expect(rows, `${table}.${column}`).toHaveLength(1);
    }
  });

  test("gives every person rows in every table", async () => {
    const id = userId(5);
    for (const [table, owner] of OWNERS) {
      const rows = await db.sql`select from ${db.sql(table)} where ${db.sql(owner)} = ${id} limit 1`;
      expect(rows, `${table}.${owner}`).toHaveLength(1);
    }
  });

  test("only every third person owns an active collection", async () => {
    const rows = await db.sql<{ email: string }[]>`
      select distinct u.email from users u join collections c on c.owner_id = u.id where c.deleted_at is null
    `;
    expect(rows.map((row) => row.email).sort()).toEqual(
      [3, 6, 9, 12].map((n) => `user-${n}@example.com`).sort(),
    );
  });

  test("each personal value of a person is found where it was written", async () => {
    const id = userId(1);
    for (const { table, column, marker } of personalValues(1)) {
      const [owner] = OWNERS.filter(([name]) => name === table).map(([, name]) => name);
      const rows =
        owner === undefined
          ? await db.sql`
              select from comment_edits e join comments c on c.id = e.comment_id
              where c.author_id = ${id} and strpos(e.previous_body, ${marker}) > 0`
          : await db.sql`
              select from ${db.sql(table)}
              where ${db.sql(owner)} = ${id} and strpos(${db.sql(column)}::text, ${marker}) > 0`;
      expect(rows.length, `${table}.${column}: ${marker}`).toBeGreaterThan(0);
    }
  });

  test("no marker of one person is found in a row of another", async () => {
    // 1, 11 and 12 share digits: what one would find of another, a search would report falsely.
    const everything = await textOfAll();
    for (const marker of personalMarkers(1)) {
      const [, number = "1"] = /#(\d+)#/.exec(marker) ?? [];
      expect(number).toBe("1");
      for (const n of [10, 11, 12]) expect(personalMarkers(n)).not.toContain(marker);
    }
    const others = everything.filter((row) => row.owner !== userId(1));
    expect(others.length).toBeGreaterThan(100);
    for (const marker of personalMarkers(1)) {
      expect(
        others.filter((row) => row.text.includes(marker)),
        marker,
      ).toEqual([]);
    }
  });

  async function textOfAll(): Promise<{ owner: string; text: string }[]> {
    const rows = await Promise.all(
      OWNERS.filter(([table, owner]) => !(table === "messages" && owner === "recipient_id")).map(
        ([table, owner]) => db.sql<{ owner: string; text: string }[]>`
          select ${db.sql(owner)}::text as owner, ${db.sql(table)}::text as text from ${db.sql(table)}
        `,
      ),
    );
    return rows.flat();
  }
});

test("the same seed gives the same rows, another seed other keys", async () => {
  const fingerprint = async (number: number) => {
    const db = await createDatabase("reference");
    await seed(db.sql, { users: 5, seed: number });
    const [row] = await db.sql<{ hash: string }[]>`
      select md5(string_agg(e::text, '' order by e.id) || (select string_agg(u::text, '' order by u.id)
        from (select id, email, name, created_at from users) u)) as hash
      from events e
    `;
    await db.drop();
    return row?.hash;
  };
  // Times count back from the midnight before: both of the same day.
  const day = () => new Date().getUTCDate();
  let today: number;
  let [first, again]: (string | undefined)[] = [];
  do {
    today = day();
    [first, again] = [await fingerprint(1), await fingerprint(1)];
  } while (day() !== today);
  expect(again).toBe(first);
  expect(await fingerprint(2)).not.toBe(first);
});

test("too few people are refused before anything is written", async () => {
  const db = await createDatabase("empty");
  await expect(seed(db.sql, { users: 3 })).rejects.toThrow("take 4 or more");
  await db.drop();
});

const OWNERS: [table: string, owner: string][] = [
  ["users", "id"],
  ["accounts", "user_id"],
  ["sessions", "user_id"],
  ["user_tokens", "user_id"],
  ["totp_credentials", "user_id"],
  ["backup_codes", "user_id"],
  ["collections", "owner_id"],
  ["collection_members", "user_id"],
  ["property_listings", "creator_id"],
  ["comments", "author_id"],
  ["messages", "sender_id"],
  ["messages", "recipient_id"],
  ["invoices", "user_id"],
  ["uploads", "user_id"],
  ["events", "user_id"],
];
