/** Small helpers for writing SQL that a person reads: indentation, comments, lists, object names. */
import { createHash } from "node:crypto";
import type { TableRef } from "../plan/model.ts";
import { dollar, ident, qualified } from "../quote.ts";

export function table(ref: TableRef): string {
  return qualified(ref.schema, ref.table);
}

export function column(name: string, row = "t"): string {
  return `${row}.${ident(name)}`;
}

/** Indents every line but empty ones. */
export function indent(text: string, by: number): string {
  const pad = " ".repeat(by);
  return text
    .split("\n")
    .map((line) => (line === "" ? line : pad + line))
    .join("\n");
}

/** A heading that cuts the migration into parts a reviewer can find. */
export function heading(title: string, text = ""): string {
  const rule = `-- ${"=".repeat(77)}`;
  const body =
    text === ""
      ? ""
      : `${wrap(text, 77)
          .map((line) => `-- ${line}`)
          .join("\n")}\n`;
  return `${rule}\n-- ${title}\n${body}${rule}`;
}

export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** One object of the migration: its name as DROP takes it, and the statements that make it. */
export interface DatabaseObject {
  object: string;
  definition: string;
  /** The application's table that is locked while it is made; absent for objects of Lethe's own. */
  on?: { table: TableRef; mode: "access exclusive" | "share row exclusive" };
  /** Roles that may use it. */
  roles?: string[];
}

export function define(object: DatabaseObject): string {
  const body = `\n${object.definition.trim()}\n`;
  return `call pg_temp.lethe_define(${quoteText(object.object)}, ${dollar(body, "define")});`;
}

export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

export function quoteText(text: string): string {
  return text.includes("'") || text.includes("\\") ? dollar(text) : `'${text}'`;
}

/** A name for an object of ours that belongs to one table; never longer than PostgreSQL keeps. */
export function nameFor(prefix: string, ref: TableRef): string {
  const plain = `${prefix}_${ref.schema}_${ref.table}`;
  if (Buffer.byteLength(plain, "utf8") <= 63) return plain;
  return `${plain.slice(0, 40)}_${sha256(plain).slice(0, 12)}`;
}
