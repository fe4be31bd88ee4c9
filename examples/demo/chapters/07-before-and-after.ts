/** Chapter 7: the rows of every table, before and after, side by side; and everybody else's. */
import type { Person } from "../cast.ts";
import { check, claim } from "../claim.ts";
import { A_TIME, expectedAfterwards, PARTS, type Part, type Rows, sameRows, shownColumns } from "../life.ts";
import type { Chapter } from "../play.ts";
import { fingerprintOfOthers } from "../proof.ts";
import { type Cell, changed, heading, moreRows, print, prose, table, unchanged } from "../terminal.ts";

const WIDTHS = [20, 36, 36];

export const beforeAndAfter: Chapter = {
  title: "Every table, before and after",
  tell: async ({ world, departure }) => {
    if (!departure) throw new Error("chapter 6 comes first");
    const { person } = departure;
    prose(`
      What became of Noor's rows: one of each table is shown, all were checked. What others need stays: the
      conversation, the listing, the invoice that tax law wants kept. Her key stays where rows hang on it; the
      row it leads to tells of nobody.
    `);
    table(["column", "before", "after"], [], WIDTHS);
    let rows = 0;
    for (const { part, rows: before } of departure.before) {
      const after = await sameRows(world.sql, part, before);
      compare(part, before, after, person);
      show(part, before, after);
      rows += before.size;
    }
    print("");
    claim(`All ${rows} rows of Noor's are now as lethe.schema.ts says.`, rows > PARTS.length, true);

    prose(
      "\nAnd other people's rows? For each table one SHA-256 over all rows but Noor's, before and after:",
    );
    const found: Cell[][] = [];
    for (const { table: name, ids, fingerprint } of departure.others) {
      const now = await fingerprintOfOthers(world.sql, name, ids);
      check(`other people's rows of ${name} are the same`, now, fingerprint);
      found.push([name, now.rows, short(fingerprint.hash), short(now.hash)]);
    }
    table(["table", "rows of others", "before", "after"], found);
    const total = departure.others.reduce((sum, { fingerprint }) => sum + fingerprint.rows, 0);
    claim(
      `${total} rows of other people in ${found.length} tables are the same to the last byte.`,
      total > 1000,
      true,
    );
  },
};

/** Every row and column against what the annotation promises. */
function compare(part: Part, before: Rows, after: Rows, person: Person): void {
  const place = part.which ? `${part.table}, ${part.which}` : part.table;
  check(`${place}: the number of rows that stay`, after.size, part.afterwards === "gone" ? 0 : before.size);
  for (const [id, row] of after) {
    for (const [column, value] of Object.entries(row)) {
      const expected = expectedAfterwards(part, column, before.get(id)?.[column] ?? null, person);
      const found = expected === A_TIME && value !== null ? A_TIME : value;
      check(`${place}.${column} after the erasure`, found, expected);
    }
  }
}

function show(part: Part, before: Rows, after: Rows): void {
  const [first] = before;
  if (!first) return;
  const [id, row] = first;
  const name = part.which ? `${part.table}, ${part.which}` : part.table;
  const count = before.size === 1 ? "1 row" : `${before.size} rows`;
  heading(`${name} (${count}, ${after.size === 0 ? "deleted" : "kept"})`);
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

function short(hash: string): string {
  return `${hash.slice(0, 20)}…`;
}
