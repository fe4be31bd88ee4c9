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
      Marta Lindqvist rents rooms here. What would a deletion do to her rows, and why? A dry run tells, and
      changes nothing. It goes by lethe.schema.ts, the one file in which the team has decided what each
      table and column means for a person who leaves.
    `);
    const explained = await world.ask<Explained>(
      user(marta),
      "select table_name, action, rows, reason\nfrom lethe.explain_deletion(:'marta')\nwhere rows > 0\norder by action = 'effect', table_name, action",
    );
    table(
      ["table", "action", "rows", "reason"],
      explained.map((row) => [row.table_name, row.action, row.rows, row.reason]),
    );
    prose(`
      delete: the row goes. transform: the row stays, personal values in it are emptied or replaced. detach:
      the row is somebody else's and stays, but no longer points at Marta. effect: work outside the database,
      of which more in chapter 6.
    `);

    const inside = explained.filter(({ action }) => action !== "effect");
    const named = new Set(inside.map((row) => row.table_name));
    claim(`Marta has rows in all ${TABLES.length} tables of the application.`, named.size, TABLES.length);
    let counted = 0;
    for (const part of PARTS) counted += (await ownedRows(world.sql, part, marta)).size;
    const promised = inside.reduce((sum, row) => sum + Number(row.rows), 0);
    claim(`They are ${counted} rows, and the dry run names each of them.`, promised, counted);
  },
};
