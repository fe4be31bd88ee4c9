/** How the demo looks: chapters, prose, SQL, tables. At most 100 columns; picocolors respects NO_COLOR. */
import Table from "cli-table3";
import colors from "picocolors";

const WIDTH = 100;
const PROSE_WIDTH = 90;
const INDENT = "  ";
const GAP = "  ";

type Plain = string | number | bigint | boolean | Date | null | undefined;
/** Painted only after it was shortened: colours take no width. */
type Painted = { text: string; paint: (text: string) => string };
export type Cell = Plain | Painted;

export function chapterTitle(number: number, title: string): void {
  const line = `── ${number}. ${title} `.padEnd(WIDTH, "─");
  print(`\n${colors.bold(colors.cyan(line))}\n`);
}

/** Prose, wrapped; line breaks of the source don't count. */
export function prose(text: string): void {
  print(`\n${wrap(text.replace(/\s+/g, " ").trim(), PROSE_WIDTH).join("\n")}\n`);
}

/** A statement above its result: who sends it, then the SQL exactly as it is sent. */
export function statement(caller: string, sql: string): void {
  print("");
  for (const line of [`-- ${caller}`, ...sql.split("\n")]) print(colors.dim(`  ${line}`));
  print("");
}

/** A claim that was checked and holds. */
export function held(text: string): void {
  const [first = "", ...rest] = wrap(text, PROSE_WIDTH - 4);
  print([`  ${colors.green("✓")} ${first}`, ...rest.map((line) => `    ${line}`)].join("\n"));
}

/** PostgreSQL's refusal, as psql shows it when it is told to be verbose. */
export function refusal(error: { code: string; message: string; hint?: string | undefined }): void {
  print(`\n  ${colors.red(`ERROR:  ${error.code}: ${error.message}`)}`);
  if (error.hint) print(`  HINT:   ${error.hint}`);
  print("");
}

/**
 * Columns are as wide as their longest cell; the last gives way where that's too wide, and its words go on in
 * the next line. Where widths are given, longer cells are shortened.
 */
export function table(head: string[], rows: Cell[][], widths?: number[]): void {
  const columns = widths ?? fittingWidths([head, ...rows]);
  const titles = head.map((text) => painted(text, colors.bold));
  const rule = columns.map((width) => painted("─".repeat(width), colors.dim));
  print(`\n${draw([titles, rule, ...rows], columns, widths === undefined)}\n`);
}

/** Rows alone, to go on with a table whose widths are fixed. */
export function moreRows(rows: Cell[][], widths: number[]): void {
  print(draw(rows, widths));
}

/** A value that Lethe has changed, and one that it has left alone. */
export const changed = (text: string): Cell => painted(text, colors.green);
export const unchanged = (text: string): Cell => painted(text, colors.dim);

export function heading(text: string): void {
  print(`\n  ${colors.bold(text)}`);
}

export function note(text: string): void {
  print(`  ${colors.dim(text)}`);
}

/** For example: 6 Dec 2026, 09:30 UTC. */
export function time(at: Date): string {
  return `${TIME.format(at)} UTC`;
}

export function bad(text: string): string {
  return colors.red(text);
}

export function good(text: string): string {
  return colors.green(text);
}

let lastWasBlank = true;

/** Prints lines; several blank ones in a row become one, so that every part may ask for room around itself. */
export function print(text: string): void {
  for (const line of text.split("\n")) {
    const isBlank = line === "";
    if (!isBlank || !lastWasBlank) process.stdout.write(`${line}\n`);
    lastWasBlank = isBlank;
  }
}

const TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

const NO_BORDERS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: GAP,
};

function fittingWidths(rows: Cell[][]): number[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => show(row[at]).length)));
  const excess = INDENT.length + widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - WIDTH;
  return excess > 0 ? widths.with(-1, (widths.at(-1) ?? 0) - excess) : widths;
}

function draw(rows: Cell[][], widths: number[], wordWrap = false): string {
  const drawn = new Table({
    chars: NO_BORDERS,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colWidths: widths,
    wordWrap,
  });
  const fitted = (text: string, width: number) => (wordWrap ? text : shorten(text, width));
  for (const row of rows) drawn.push(widths.map((width, at) => paint(row[at], fitted(show(row[at]), width))));
  return drawn
    .toString()
    .split("\n")
    .map((line) => `${INDENT}${line.trimEnd()}`)
    .join("\n");
}

function painted(text: string, paint: Painted["paint"]): Painted {
  return { text, paint };
}

function isPainted(cell: Cell): cell is Painted {
  return typeof cell === "object" && cell !== null && "paint" in cell;
}

function paint(cell: Cell, text: string): string {
  return isPainted(cell) ? cell.paint(text) : text;
}

function show(cell: Cell): string {
  if (isPainted(cell)) return cell.text;
  if (cell === null) return "null";
  if (cell === undefined) return "";
  if (cell instanceof Date) return time(cell);
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return String(cell);
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
