/** Chapter 1: what a person is to a database, by way of a dry run. */
import { user } from "../callers.ts";
import { cast } from "../cast.ts";
import { claim } from "../claim.ts";
import { ownedRows, PARTS, TABLES } from "../life.ts";
import type { Chapter } from "../play.ts";
import { prose, table } from "../terminal.ts";

type Explained = { table_name: string; action: string; rows: string; reason: string };

export const meetMarta: Chapter = {
  title: "Meet Marta",
  tell: async ({ world }) => {
    const { marta } = cast;
    prose(`
      Marta Lindqvist rents rooms here. She has been around for years, and is in every table. A dry run
      tells what a deletion would do to her rows, and why: so it says in lethe.schema.ts, the one file in
      which the team has decided what each table and column means.
    `);
    const explained = await world.ask<Explained>(
      user(marta),
      "select table_name, action, rows, reason\nfrom lethe.explain_deletion(:'marta')\nwhere rows > 0\norder by table_name",
    );
    table(
      ["table", "action", "rows", "reason"],
      explained.map((row) => [row.table_name, row.action, row.rows, row.reason]),
    );

    const named = new Set(explained.map((row) => row.table_name));
    claim(`Marta has rows in all ${TABLES.length} tables of the application.`, named.size, TABLES.length);
    let counted = 0;
    for (const part of PARTS) counted += (await ownedRows(world.sql, part, marta)).size;
    const promised = explained.reduce((sum, row) => sum + Number(row.rows), 0);
    claim(`They are ${counted} rows, and the dry run names each of them.`, promised, counted);
  },
};
