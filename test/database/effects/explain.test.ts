/** The dry run says who would be told what; it writes nothing. */
import { expect, test } from "vitest";
import { schedule, useScenario } from "../../support/scenario.ts";
import { erasure, newMember, schema } from "./world.ts";

const db = useScenario(schema, erasure);

async function told(person: string, strategy: string): Promise<Record<string, number>> {
  const rows = await db.sql<{ reason: string; rows: string }[]>`
    select reason, sum(rows) as rows from lethe.explain_deletion(${person}, ${strategy})
    where action = 'effect'
    group by reason
    having sum(rows) > 0
  `;
  return Object.fromEntries(rows.map((row) => [row.reason.replace(/,.*/, ""), Number(row.rows)]));
}

test("what would be delivered, by strategy; in grace without what has been written already", async () => {
  const id = await newMember(db.sql);
  const early = { "goodbye: mail": 1, "reminder: mail": 1, "pendingJobs: jobs": 1 };
  const rest = { "contact: loops": 1, "billing: polar": 1, "crm: webhook": 1 };
  const anonymized = { "avatar: blob": 3, "thumbnails: blob": 1, ...rest };
  expect(await told(id, "anonymize")).toEqual({ ...early, ...anonymized });
  expect(await told(id, "hard_delete")).toEqual({
    ...early,
    ...rest,
    "avatar: blob": 3,
    "thumbnails: blob": 2,
    "uploads: s3": 3,
  });
  expect(await told(id, "soft_delete")).toEqual({ ...early, "avatar: blob": 1 });
  expect(await db.sql`select from lethe.effect`).toHaveLength(0);
  await schedule(db.sql, id);
  expect(await told(id, "anonymize")).toEqual(anonymized);
});
