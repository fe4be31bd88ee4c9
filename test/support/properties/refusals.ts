/**
 * Was the planner right to refuse? What it said no to is done directly, in a transaction that is taken back: it must
 * fail, or harm a row, for some of the drawn rows. Where no drawn row can show it, that is counted, not asserted.
 */
import type postgres from "postgres";
import { expect } from "vitest";
import type { Annotation, ColumnRule } from "../../../generator/annotation/model.ts";
import type { Catalog, ForeignKey, Table } from "../../../generator/catalog/model.ts";
import type { Finding } from "../../../generator/errors.ts";
import { ident, literal } from "../../../generator/quote.ts";
import { quoted } from "./state.ts";
import type { Tally } from "./tally.ts";

export async function examine(
  sql: postgres.Sql,
  annotation: Annotation,
  catalog: Catalog,
  errors: Finding[],
  tally: Tally,
): Promise<void> {
  for (const finding of errors) {
    const trial = trialOf(annotation, catalog, finding);
    if (trial === null) continue;
    const state = await attempt(sql, trial);
    const shown = trial.expected.includes(state);
    if (trial.certain)
      expect(state, `${finding.code} ${finding.subject}: ${finding.message}`).toBe(trial.expected[0]);
    tally.judged(finding.code, shown);
  }
}

interface Trial {
  table: Table;
  /** Foreign keys that stay while the others are taken away, so that only the one in question can object. */
  keep: ForeignKey | null;
  statements: string[];
  /** SQLSTATEs, or "harm" where rows of the table were lost or changed. */
  expected: string[];
  /** Every table has rows, so it must fail whatever they hold. */
  certain: boolean;
}

function trialOf(annotation: Annotation, catalog: Catalog, finding: Finding): Trial | null {
  const table = catalog.tables
    .filter((each) => finding.subject.startsWith(`${each.name}.`))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (table === undefined) return null;
  const named = finding.subject.slice(table.name.length + 1);
  const columns = named.split(", ");
  const update = (value: string) => [
    `update ${quoted(table.name)} t set ${ident(columns[0] as string)} = ${value}`,
  ];
  const base = { table, keep: null, certain: true };
  const rule = valueAt(annotation, finding.path) as ColumnRule | undefined;
  switch (finding.code) {
    case "L014":
    case "L020":
      if (!table.columns.some((each) => each.name === named)) return null;
      // Through parents, rows can be detached from nothing at all: there is no column to clear.
      return { ...base, statements: update("null"), expected: ["23502"] };
    case "L019":
      return { ...base, statements: update("'gone'"), expected: ["428C9"] };
    case "L016":
      return rule?.action === "literal"
        ? { ...base, statements: update(literal(rule.value)), expected: ["22001"] }
        : null;
    case "L015": {
      const value = rule === undefined ? null : sameForAll(rule);
      return value === null
        ? null
        : { ...base, statements: update(value), expected: ["23505"], certain: false };
    }
    case "L021":
    case "L022":
    case "L023": {
      const fk = table.foreignKeys.find(
        (each) => each.columns.join(", ") === named && finding.message.includes(each.name),
      );
      if (fk === undefined) return null;
      const acts = fk.onDelete === "cascade" || fk.onDelete === "set null";
      return {
        table,
        keep: fk,
        // People are deleted one at a time, other rows as a rule may find them.
        statements: [`delete from ${quoted(fk.references.table)}`],
        expected: acts ? ["harm", "23502"] : ["23503", "23001"],
        certain: false,
      };
    }
    default:
      return null;
  }
}

function sameForAll(rule: ColumnRule): string | null {
  if (rule.action === "literal") return literal(rule.value);
  if (rule.action === "template") return literal(rule.template.replace(/\{(id|key)\}/g, "1"));
  return null;
}

/** The SQLSTATE; "harm" where the statements went through and the table isn't what it was; "none" otherwise. */
async function attempt(sql: postgres.Sql, { table, keep, statements }: Trial): Promise<string> {
  const undo = new Error("undo");
  let state = "none";
  await sql
    .begin(async (tx) => {
      const look = `select md5(coalesce(string_agg(the_row::text, '|' order by the_row::text), '')) as hash from ${quoted(table.name)} the_row`;
      if (keep !== null) await tx.unsafe(dropOthers(table, keep));
      const [before] = await tx.unsafe(look);
      for (const statement of statements) await tx.unsafe(statement);
      await tx.unsafe("set constraints all immediate");
      const [after] = await tx.unsafe(look);
      if (before?.hash !== after?.hash) state = "harm";
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) state = (error as { code?: string }).code ?? String(error);
    });
  return state;
}

/** Every foreign key of the case but one, partitions' copies with those of their parents. */
function dropOthers(table: Table, keep: ForeignKey): string {
  return `do $do$
    declare c record;
    begin
      for c in
        select conrelid::regclass as relation, conname
        from pg_constraint
        where contype = 'f' and conparentid = 0
          and not (conrelid = ${literal(quoted(table.name))}::regclass and conname = ${literal(keep.name)})
          and connamespace in ('app'::regnamespace, to_regnamespace('"My App"'), to_regnamespace('"Second Space"'))
      loop
        execute format('alter table %s drop constraint if exists %I', c.relation, c.conname);
      end loop;
    end
  $do$`.replace("'app'::regnamespace", "to_regnamespace('app')");
}

function valueAt(root: unknown, path: (string | number)[]): unknown {
  let value = root;
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key];
  return value;
}
