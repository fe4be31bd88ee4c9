/**
 * Findings: what is wrong with an annotation, a catalog or a database, where, why, and what to write instead.
 * The generator collects all of them before it stops; nothing is written while one of level "error" is left.
 */
import type { AnnotationPath } from "./annotation/model.ts";

export interface Finding {
  /** Stable: L001 … One number names the lint, its test and its page. */
  code: string;
  level: "error" | "warning" | "accepted";
  /** With level "accepted": why, and what it would be otherwise. */
  accepted?: { reason: string; level: "error" | "warning" };
  /** The table, column, or setting it is about, e.g. "public.users.email". */
  subject: string;
  /** What is wrong. One sentence, no full stop. */
  message: string;
  /** What to write instead. */
  remedy: string;
  /** Where in the annotation; resolved to file:line:column when printed. */
  path: AnnotationPath;
  /** "key" where the name at the path is meant, not what was decided under it. */
  at?: "key";
}

/** A place in a file; line and column count from 1. */
export interface Position {
  file: string;
  line: number;
  column: number;
  /** The text of the line. */
  text: string;
}

/** Bad input: every finding, ready to print. Exit code 1. */
export class FindingsError extends Error {
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[], rendered: string) {
    super(rendered);
    this.name = "FindingsError";
    this.findings = findings;
  }
}

/** Wrong usage or environment: a missing file, no database. Exit code 2. */
export class UsageError extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = "UsageError";
    this.remedy = remedy;
  }
}
