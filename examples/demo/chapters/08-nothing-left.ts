/** Chapter 8: the whole database is searched for what was Noor's. */
import { owner } from "../callers.ts";
import { claim } from "../claim.ts";
import type { Chapter } from "../play.ts";
import { searchEverywhere } from "../proof.ts";
import { note, prose, table } from "../terminal.ts";

const SHOWN = 8;

export const nothingLeft: Chapter = {
  title: "Nothing of Noor's is left",
  tell: async ({ world, departure }) => {
    if (!departure) throw new Error("chapter 6 comes first");
    const before = departure.search;
    const values = [...before.hits.keys()];
    const after = await searchEverywhere(world.sql, values);
    prose(`
      Before the deletion the demo wrote down every personal value of hers: ${values.length} of them. Now every
      row of all ${after.tables} tables is read as text, Lethe's own and the job queue's included, and searched
      for each.
    `);
    const some = values
      .toSorted((a, b) => (before.hits.get(b) ?? 0) - (before.hits.get(a) ?? 0))
      .slice(0, SHOWN);
    table(
      ["value", "rows before", "rows now"],
      some.map((value) => [value, before.hits.get(value), after.hits.get(value)]),
    );
    note(`and ${values.length - SHOWN} more values`);
    const missed = values.filter((value) => before.hits.get(value) === 0);
    claim(`The search works: it found each of the ${values.length} values before.`, missed, []);
    const left = values.filter((value) => after.hits.get(value) !== 0);
    claim(
      `Now: 0 hits for ${values.length} values in ${after.rows} rows of ${after.tables} tables.`,
      left,
      [],
    );

    prose("\nNor can they come back by way of a stale cache or a late job, not even the owner's:");
    await world.refused(
      owner,
      `update users set name = '${departure.person.name}' where id = :'noor'`,
      "LT011",
    );
  },
};
