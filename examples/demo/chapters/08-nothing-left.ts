/** Chapter 8: the whole database is searched for what was Noor's. */
import { owner } from "../callers.ts";
import { check, claim } from "../claim.ts";
import { PARTS } from "../life.ts";
import type { Chapter } from "../play.ts";
import { searchEverywhere } from "../proof.ts";
import { note, print, prose, table } from "../terminal.ts";
import type { World } from "../world.ts";

const SHOWN = 8;

export const nothingLeft: Chapter = {
  title: "Nothing of Noor's is left",
  tell: async ({ world, departure }) => {
    if (!departure) throw new Error("chapter 6 comes first");
    const before = departure.search;
    const values = [...before.hits.keys()];
    const after = await searchEverywhere(world.sql, values);
    prose(`
      Before the deletion the demo wrote down every personal value of hers: ${values.length} of them. Now it
      reads every row of all ${after.tables} tables as text, Lethe's own and the job queue's included, and looks
      for each of these values in it.
    `);
    const some = values
      .toSorted((a, b) => (before.hits.get(b) ?? 0) - (before.hits.get(a) ?? 0))
      .slice(0, SHOWN);
    table(
      ["value", "rows before", "rows now"],
      some.map((value) => [value, before.hits.get(value), after.hits.get(value)]),
    );
    note(`and ${values.length - SHOWN} more values`);
    print("");
    await checkNoneForgotten(world);
    const missed = values.filter((value) => before.hits.get(value) === 0);
    claim(`The search works: it found each of the ${values.length} values before.`, missed, []);
    const left = values.filter((value) => after.hits.get(value) !== 0);
    claim(
      `Now: 0 hits for ${values.length} values in ${after.rows} rows of ${after.tables} tables.`,
      left,
      [],
    );

    prose("Nor can a late job write any of it back, not even with the rights of the tables' owner:");
    await world.refused(
      owner,
      `update users set name = '${departure.person.name}' where id = :'noor'`,
      "LT011",
    );
  },
};

/** What the annotation calls personal must be among the columns whose values are looked for. */
async function checkNoneForgotten({ sql }: World): Promise<void> {
  const columns = await sql<{ table_name: string; column_name: string }[]>`
    select table_name, column_name from lethe.annotated_column where personal
  `;
  const known = PARTS.flatMap(({ table: name, personal }) =>
    personal.map((path) => `public.${name}.${path.split(",")[0]}`),
  );
  const forgotten = columns
    .map((row) => `${row.table_name}.${row.column_name}`)
    .filter((name) => !known.includes(name));
  check("every column that the annotation calls personal is searched for", forgotten, []);
}
