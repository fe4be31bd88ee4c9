/** How the deletions stand, as data and as text. Requests by number; no value of anybody's. */
import { type Cell, section } from "./table.ts";

export interface RequestLine {
  request: number;
  /** Only where it was asked for. */
  subject?: string;
  state: string;
  strategy: string;
  scheduled_for: Date;
  due_by: Date;
  attempts: number;
  next_attempt_at: Date | null;
  /** SQLSTATE, table and constraint. */
  last_error: string | null;
  waits_because?: string;
  late_by_seconds?: number;
  past_due_by?: boolean;
}

export interface Overview {
  /** The age of the oldest due request that waits for nothing but the worker. */
  lagSeconds: number;
  states: Record<string, number>;
  overdueCount: number;
  /** Overdue and tried in vain at least once. */
  failedCount: number;
  /** Later than a month after the request (GDPR Art. 12(3)). */
  pastDueByCount: number;
  overdue: RequestLine[];
  pending: RequestLine[];
  /** Of people with very many rows. */
  inSteps: ProgressLine[];
  /** Rows of erased people that are kept on a legal basis. */
  retained: RetainedLine[];
  /** Open ones, by handler and state. */
  effects: EffectLine[];
  /** Effects that failed for good. */
  deadLetters: LetterLine[];
}

export interface ProgressLine {
  request: number;
  subject?: string;
  begun_at: Date | null;
  rows_erased: number;
  /** Found already, and erased by the next steps. */
  rows_found: number;
  rows_a_step: number;
}

export interface EffectLine {
  handler: string;
  state: string;
  effects: number;
  /** Of them tried in vain at least once. */
  failing: number;
  oldest: Date;
  next_attempt_at: Date | null;
}

export interface LetterLine {
  effect: number;
  request: number;
  name: string;
  handler: string;
  last_error: string | null;
  /** False where the payload is wiped. */
  retryable: boolean;
}

export interface RetainedLine {
  table: string;
  /** In which they are purged. */
  year: number;
  basis: string;
  rows: number;
  overdue: number;
  failing: number;
  last_error: string | null;
}

export function renderOverview(overview: Overview): string {
  const { overdue, pending, states } = overview;
  const toCome = Object.entries(states).map(([state, requests]) => `${requests} ${state}`);
  const named = [...overdue, ...pending].some((line) => line.subject !== undefined);
  const first = (line: RequestLine): Cell[] => [
    `#${line.request}`,
    ...(named ? [line.subject ?? ""] : []),
    line.strategy,
    time(line.scheduled_for),
    line.past_due_by ? `${time(line.due_by)} (missed)` : time(line.due_by),
  ];
  const head = ["request", ...(named ? ["subject"] : []), "strategy", "scheduled for", "due by"];
  return [
    `requests: ${toCome.join(", ")}`,
    `worker: ${overview.lagSeconds < 1 ? "up to date" : `${span(overview.lagSeconds)} behind`}`,
    `overdue: ${overview.overdueCount}, of them failed: ${overview.failedCount}, past the legal month: ${overview.pastDueByCount}`,
    "",
    section(
      "overdue",
      [...head, "late by", "waits because", "tries", "next try", "last error"],
      overdue.map((line) => [
        ...first(line),
        span(line.late_by_seconds ?? 0),
        line.waits_because ?? "",
        line.attempts,
        line.next_attempt_at === null ? "" : time(line.next_attempt_at),
        line.last_error ?? "",
      ]),
      "none",
    ),
    ...more(overview.overdueCount - overdue.length),
    "",
    section("to come", head, pending.map(first), "none"),
    ...progressSection(overview.inSteps),
    ...retainedSection(overview.retained),
    ...effectSections(overview),
  ].join("\n");
}

function progressSection(lines: ProgressLine[]): string[] {
  if (lines.length === 0) return [];
  const named = lines.some((line) => line.subject !== undefined);
  return [
    "",
    section(
      "in steps",
      ["request", ...(named ? ["subject"] : []), "begun", "rows erased", "rows found", "rows a step"],
      lines.map((line) => [
        `#${line.request}`,
        ...(named ? [line.subject ?? ""] : []),
        line.begun_at === null ? "" : time(line.begun_at),
        line.rows_erased,
        line.rows_found,
        line.rows_a_step,
      ]),
      "none",
    ),
  ];
}

function retainedSection(lines: RetainedLine[]): string[] {
  if (lines.length === 0) return [];
  return [
    "",
    section(
      "kept on a legal basis",
      ["table", "purged in", "rows", "basis", "overdue", "failing", "last error"],
      lines.map((line) => [
        line.table,
        line.year,
        line.rows,
        line.basis,
        line.overdue,
        line.failing,
        line.last_error ?? "",
      ]),
      "nothing",
    ),
  ];
}

function effectSections({ effects, deadLetters }: Overview): string[] {
  if (effects.length === 0) return [];
  const open = section(
    "open effects",
    ["handler", "state", "effects", "tried in vain", "oldest", "next try"],
    effects.map((line) => [
      line.handler,
      line.state,
      line.effects,
      line.failing,
      time(line.oldest),
      line.next_attempt_at === null ? "" : time(line.next_attempt_at),
    ]),
    "none",
  );
  if (deadLetters.length === 0) return ["", open];
  const letters = section(
    "dead letters (lethe retry puts them back)",
    ["effect", "request", "name", "handler", "last error"],
    deadLetters.map((line) => [
      line.effect,
      `#${line.request}`,
      line.name,
      line.handler,
      `${line.last_error ?? ""}${line.retryable ? "" : " (payload wiped)"}`,
    ]),
    "none",
  );
  return ["", open, "", letters];
}

function more(left: number): string[] {
  return left > 0 ? [`and ${left} more; --limit lists them`] : [];
}

function time(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")}Z`;
}

function span(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
  ];
  const unit = units.find(([size]) => seconds >= size);
  return unit === undefined ? `${Math.round(seconds)} s` : `${Math.floor(seconds / unit[0])} ${unit[1]}`;
}
