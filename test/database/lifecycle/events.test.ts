/** The event log: contiguous, chained by hashes that anybody can compute again, append-only. */
import { createHash } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { erase, newPerson, schedule } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";

const db = useDatabase("reference");

beforeAll(async () => {
  await erase(db.sql, await newPerson(db.sql), { reason: "x" });
  const person = await newPerson(db.sql);
  await schedule(db.sql, person, { options: { delete_content: true } });
  await db.sql`select lethe.cancel_deletion(${person})`;
});

test("numbers are contiguous from 1, and times don't go back", async () => {
  const wrong = await db.sql`
    select from (
      select seq, row_number() over w as expected, at, lag(at) over w as before
      from lethe.deletion_event
      window w as (partition by request_id order by seq)
    ) e
    where seq <> expected or at < before
  `;
  expect(wrong).toHaveLength(0);
  expect(await db.sql`select event from lethe.deletion_event order by request_id, seq`).toEqual(
    ["scheduled", "executed", "completed", "scheduled", "cancelled"].map((event) => ({ event })),
  );
});

test("each hash is sha256 over the one before and the event, in whatever TimeZone it is computed", async () => {
  for (const zone of ["UTC", "Asia/Kathmandu"]) {
    const client = await db.connect({ TimeZone: zone });
    const rows = await client<{ seq: number; hash: Buffer; text: string; sql: boolean }[]>`
      select seq, hash,
        jsonb_build_array(request_id, seq, event, actor, (extract(epoch from at) * 1000000)::bigint, details)::text as text,
        hash = lethe.event_hash(
          lag(hash) over (partition by request_id order by seq), request_id, seq, event, actor, at, details) as sql
      from lethe.deletion_event order by request_id, seq
    `;
    let previous: Buffer = Buffer.alloc(0);
    for (const row of rows) {
      if (row.seq === 1) previous = Buffer.alloc(0);
      const computed = createHash("sha256").update(previous).update(row.text).digest();
      expect(computed.equals(row.hash), `event ${row.seq}, computed here`).toBe(true);
      expect(row.sql, `event ${row.seq}, computed by the function`).toBe(true);
      previous = row.hash;
    }
    expect(rows).toHaveLength(5);
  }
});

test("append-only, for the owner too", async () => {
  expect(await sqlState(db.sql`update lethe.deletion_event set actor = 'nobody'`)).toBe("LT005");
  expect(await sqlState(db.sql`delete from lethe.deletion_event`)).toBe("LT005");
  expect(await sqlState(db.sql`truncate lethe.deletion_event`)).toBe("LT005");
});

test("holds no personal data", async () => {
  const [row] = await db.sql`select string_agg(e::text, ' ') as log from lethe.deletion_event e`;
  expect(String(row?.log)).not.toMatch(/@|Ada/);
});

test("an execution that fails to be written isn't reported either", async () => {
  const person = await newPerson(db.sql);
  await schedule(db.sql, person, { grace: "0" });
  const client = await db.connect();
  await client`begin`;
  await client`select lethe.execute_deletion(${person})`;
  await client`rollback`;
  expect(
    await db.sql`
    select event from lethe.deletion_event e join lethe.deletion_request r on r.id = e.request_id
    where r.subject_id = ${person}
  `,
  ).toEqual([{ event: "scheduled" }]);
});
