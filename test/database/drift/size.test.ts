/** 500 decided tables are compared in a moment: a batch waits for it. */
import { expect, test } from "vitest";
import { content, keep, pii, subject } from "../../../generator/index.ts";
import { createDatabase } from "../../support/database.ts";
import { type Erasure, installLethe, terms } from "../../support/schema-case.ts";

const names = Array.from({ length: 500 }, (_, n) => `t_${n}`);

test("lethe.drift on 500 tables", async () => {
  const db = await createDatabase("empty");
  try {
    await db.sql.unsafe(`
      create table users (id bigint primary key, email text not null unique);
      ${names
        .map(
          (name) =>
            `create table ${name} (id bigint primary key, user_id bigint references users, a text, b text, c text, d text);
             create index on ${name} (user_id);`,
        )
        .join("\n")}`);
    const columns = { a: pii.null(), b: pii.null(), c: keep(), d: keep() };
    const erasure: Erasure = {
      ...terms,
      access: { ...terms.access, currentUser: "null::bigint" },
      tables: {
        users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
        ...Object.fromEntries(names.map((name) => [name, content({ columns })])),
      },
    };
    await installLethe(db.sql, erasure);
    await db.sql`analyze`;
    const session = await db.connect();
    const times: number[] = [];
    for (let n = 0; n < 5; n++) {
      const start = performance.now();
      expect(await session`select * from lethe.drift`).toHaveLength(0);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    console.log(`drift of 500 tables, 3,000 columns: ${times[2]?.toFixed(0)} ms`);
    // Far above what it takes: a busy machine doesn't fail it, a cost that grows with the square does.
    expect(times[2]).toBeLessThan(10_000);
  } finally {
    await db.drop();
  }
});
