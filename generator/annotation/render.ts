/** Findings as text for a terminal or a log: file, line, column, the line itself with a caret, and what to write. */
import { relative } from "node:path";
import picocolors from "picocolors";
import type { Finding, Position } from "../errors.ts";
import type { Locate } from "./locate.ts";

export interface RenderOptions {
  /** Default: as the terminal allows (no colour without one, or with NO_COLOR). */
  color?: boolean;
  /** File names are printed relative to it. Default: the working directory. */
  cwd?: string;
}

/** A finding with its place. */
export interface PlacedFinding extends Finding {
  position: Position;
}

/** In the order of the source. Unknown keys are placed at the key, everything else at the value. */
export function place(findings: readonly Finding[], locate: Locate): PlacedFinding[] {
  return findings
    .map((finding) => ({
      ...finding,
      position: locate(finding.path, finding.code === "L001" ? "key" : finding.at),
    }))
    .sort(
      (a, b) =>
        byPosition(a.position, b.position) || compare(a.code, b.code) || compare(a.message, b.message),
    );
}

export function renderFindings(
  findings: readonly Finding[],
  locate: Locate,
  options: RenderOptions = {},
): string {
  if (findings.length === 0) return "";
  const placed = place(findings, locate);
  return `${[...placed.map((finding) => renderOne(finding, options)), summary(findings)].join("\n\n")}\n`;
}

/** "3 errors, 1 warning" */
export function summary(findings: readonly Finding[]): string {
  const errors = findings.filter((finding) => finding.level === "error").length;
  const warnings = findings.filter((finding) => finding.level === "warning").length;
  const accepted = findings.length - errors - warnings;
  const parts = [
    count(errors, "error"),
    count(warnings, "warning"),
    accepted === 0 ? "" : `${accepted} accepted`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "no findings" : parts.join(", ");
}

function renderOne(finding: PlacedFinding, options: RenderOptions): string {
  const paint = picocolors.createColors(options.color ?? colorful());
  const { file, line, column, text } = finding.position;
  const strong = { error: paint.red, warning: paint.yellow, accepted: paint.dim }[finding.level];
  const level = { error: "", warning: "warning: ", accepted: "accepted: " }[finding.level];
  const place = `${relative(options.cwd ?? process.cwd(), file)}:${line}:${column}`;
  const gutter = `${String(line).padStart(4)} │ `;
  // Tabs are kept in the caret's line, so that it stands under its column whatever their width.
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
  const shown =
    text.trim() === ""
      ? []
      : [paint.dim(gutter) + text, `${" ".repeat(gutter.length)}${indent}${strong("^")}`];
  const head = `${paint.bold(place)}  ${strong(finding.code)}  ${level}${finding.subject}: ${finding.message}`;
  // Nothing is to be done: what it is, and why it stays.
  if (finding.accepted) return `${head}\n  ${paint.dim("why it stays:")} ${finding.accepted.reason}`;
  return [head, ...shown, `  ${paint.green("fix:")} ${finding.remedy}`].join("\n");
}

function colorful(): boolean {
  return picocolors.isColorSupported && process.stderr.isTTY === true;
}

function byPosition(a: Position, b: Position): number {
  return compare(a.file, b.file) || a.line - b.line || a.column - b.column;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function count(n: number, word: string): string {
  return n === 0 ? "" : `${n} ${word}${n === 1 ? "" : "s"}`;
}
