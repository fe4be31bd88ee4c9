/** Tables on the terminal: plain lines, no colour of their own, so that they read the same in a pipe. */
import Table from "cli-table3";

export type Cell = string | number;

/** Numbers stand at the right edge. */
export function renderTable(head: string[], rows: Cell[][]): string {
  const right = head.map(
    (_, index) => rows.length > 0 && rows.every((row) => typeof row[index] === "number"),
  );
  const table = new Table({
    head,
    colAligns: right.map((each) => (each ? "right" : "left")),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows)
    table.push(row.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en-US") : cell)));
  return table.toString();
}

/** A title, then the table, or `none` where there are no rows. */
export function section(title: string, head: string[], rows: Cell[][], none: string): string {
  return rows.length === 0 ? `${title}: ${none}` : `${title}:\n${renderTable(head, rows)}`;
}
