/** The committed migrations through graphile-migrate on a fresh database, as a team deploys them. */
import { expect, inject, test } from "vitest";
import { createDatabase } from "../../support/database.ts";
import { applyCommittedMigrations } from "../../support/reference-template.ts";

test("both migrations apply, once; a second run finds nothing to do", async () => {
  const db = await createDatabase("empty");
  try {
    for (let run = 0; run < 2; run++) {
      await applyCommittedMigrations(db.url, inject("adminUrl"));
      const applied =
        await db.sql`select filename::text as file from graphile_migrate.migrations order by date`;
      expect(applied.map((row) => row.file)).toEqual(["000001.sql", "000002.sql"]);
    }
    expect(
      await db.sql`select to_regprocedure('lethe.anonymize(uuid[])') is not null as there`,
    ).toMatchObject([{ there: true }]);
    // graphile-migrate keeps its pool for a moment.
    await expect
      .poll(
        async () =>
          (
            await db.sql`select from pg_stat_activity where datname = current_database() and application_name <> 'postgres.js'`
          ).length,
        { timeout: 10_000 },
      )
      .toBe(0);
  } finally {
    await db.drop();
  }
});
