/** Chapter 7: the rows of every table, before and after, side by side; and everybody else's. */
import type { Person } from "../cast.ts";
import { check, claim } from "../claim.ts";
import { expectedAfterwards, type Part, type Rows, sameRows, shownColumns } from "../life.ts";
import type { Chapter } from "../play.ts";
import { fingerprintOfOthers } from "../proof.ts";
import { type Cell, changed, heading, moreRows, prose, table, unchanged } from "../terminal.ts";

const WIDTHS = [20, 36, 36];

export const beforeAndAfter: Chapter = {
  title: "Every table, before and after",
  tell: async ({ world, departure }) => {
    if (!departure) throw new Error("chapter 6 comes first");
    const { person } = departure;
    prose(`
      What became of Noor's rows. Of each table one row is shown; all of them were checked. What others need
      stays: the conversation, the listing, the invoice that tax law wants. Who it was about does not.
    `);
    table(["column", "before", "after"], [], WIDTHS);
    let rows = 0;
    for (const { part, rows: before } of departure.before) {
      const after = await sameRows(world.sql, part, before);
      compare(part, before, after, person);
      show(part, before, after);
      rows += before.size;
    }
    claim(`All ${rows} rows of Noor's are what lethe.schema.ts says, and none is forgotten.`, rows > 0, true);

    prose(
      "\nAnd everybody else's? One SHA-256 over all rows of a table that aren't Noor's, before and after:",
    );
    const found: Cell[][] = [];
    for (const { table: name, ids, fingerprint } of departure.others) {
      const now = await fingerprintOfOthers(world.sql, name, ids);
      check(`other people's rows of ${name} are the same`, now, fingerprint);
      found.push([name, now.rows, short(fingerprint.hash), short(now.hash)]);
    }
    table(["table", "rows of others", "before", "after"], found);
    const total = departure.others.reduce((sum, { fingerprint }) => sum + fingerprint.rows, 0);
    claim(`${total} rows of ${found.length} tables are the same to the last byte.`, total > 1000, true);
  },
};

/** Every row and column against what the annotation promises. */
function compare(part: Part, before: Rows, after: Rows, person: Person): void {
  const place = part.which ? `${part.table}, ${part.which}` : part.table;
  check(`${place}: the number of rows that stay`, after.size, part.afterwards === "gone" ? 0 : before.size);
  for (const [id, row] of after) {
    for (const [column, value] of Object.entries(row)) {
      const expected = expectedAfterwards(part, column, before.get(id)?.[column] ?? null, person);
      check(`${place}.${column} after the erasure`, value, expected);
    }
  }
}

function show(part: Part, before: Rows, after: Rows): void {
  const [first] = before;
  if (!first) return;
  const [id, row] = first;
  const name = part.which ? `${part.table}, ${part.which}` : part.table;
  heading(
    `${name}: ${plural(before.size)}, ${after.size === 0 ? "none is left" : `${plural(after.size)} left`}`,
  );
  const left = after.get(id);
  moreRows(
    shownColumns(part).map((column) => [column, row[column], afterwards(row[column], left, column)]),
    WIDTHS,
  );
}

function afterwards(
  before: string | null | undefined,
  left: Record<string, string | null> | undefined,
  column: string,
) {
  if (!left) return changed("(row deleted)");
  const now = left[column];
  return now === before ? unchanged("the same") : changed(now ?? "null");
}

function plural(rows: number): string {
  return rows === 1 ? "1 row" : `${rows} rows`;
}

function short(hash: string): string {
  return `${hash.slice(0, 20)}…`;
}
