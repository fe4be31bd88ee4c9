/** plan → the migration, as text. The only place where SQL is put together; static, readable, in a reviewer's order. */
import { addedMarks } from "../plan/marks.ts";
import type { Plan } from "../plan/model.ts";
import { dollar, ident } from "../quote.ts";
import { access } from "./access.ts";
import { coreObjects, emitAs, firstObjects, migrationTools, stateSteps } from "./core.ts";
import { counts } from "./counts.ts";
import { effects } from "./effects.ts";
import { exporting } from "./export.ts";
import { lateEffects } from "./late-effects.ts";
import { listLegacy, requireMarks } from "./marks-in-force.ts";
import { matches } from "./matches.ts";
import { captureOrphans } from "./orphans.ts";
import { annotationRow, ghosts, register } from "./register.ts";
import { retention, retentionTerms } from "./retention.ts";
import { steps } from "./steps.ts";
import { strategies } from "./strategies.ts";
import { subjectRoutines } from "./subject.ts";
import { type DatabaseObject, define, heading, quoteText, sha256, table } from "./text.ts";
import { triggers } from "./triggers.ts";
import { hiddenIndex, hiding } from "./views.ts";

interface Part {
  title: string;
  text: string;
  objects: DatabaseObject[];
}

export function emit(plan: Plan): string {
  return emitAs(plan, write);
}

/**
 * What may be run ahead of the migration where the subject table is large: the mark columns, and the index on them built
 * concurrently. Statement by statement, in no transaction. The migration then finds both there.
 */
export function emitAhead(plan: Plan): string {
  return emitAs(plan, (each) => {
    const indexes = hiddenIndex(each).map((index) =>
      index.definition.replace("create index if", "create index concurrently if"),
    );
    return `${[
      "-- Lethe: run this before the migration, outside of any transaction, where the subject table is large.",
      "set lock_timeout = '5s';",
      ...marks(each).map((mark) => mark.definition),
      "reset lock_timeout;",
      ...indexes,
    ].join("\n\n")}\n`;
  });
}

function write(plan: Plan): string {
  const parts = partsOf(plan);
  const first = firstObjects(plan);
  const objects = [...first, ...parts.flatMap((part) => part.objects)];
  const sections = [
    header(plan),
    "set local lock_timeout = '5s';\nset local check_function_bodies = off;",
    MIGRATION_LOCK,
    "create schema if not exists lethe;",
    heading(
      "TOOLS OF THIS MIGRATION",
      "Temporary; nothing of them stays in the database. The same in every migration: skip to WHAT IS ERASED.",
    ),
    migrationTools(),
    heading("LETHE'S OWN TABLES", "Numbered steps; each runs once in the life of a database."),
    ...stateSteps(plan).map(
      (step) =>
        `call pg_temp.lethe_step(${step.number}, ${dollar(`\n${step.definition.trim()}\n`, "step")});`,
    ),
    heading(
      "IS THIS THE RIGHT DATABASE?",
      "What the annotation knows of the application's tables. The migration stops where the database differs (LT009).",
    ),
    register(plan),
    ...first.map(define),
    `call pg_temp.lethe_verify(${verifyArguments(plan)});`,
    heading("LOCKS", "All at once, in one order, and only on tables for which anything below has changed."),
    locks(table(plan.subject.table), objects),
    ...parts.map(renderPart),
    ...(plan.ghosts.length === 0
      ? []
      : [heading("GHOSTS", "Rows that stand in for departed people."), ghosts(plan)]),
    heading("THE TERMS IN FORCE"),
    requireMarks(plan),
    ...(plan.subject.marks.legacy === "erase" ? [listLegacy(plan)] : []),
    annotationRow(plan),
    retentionTerms(plan),
    heading(
      "PRIVILEGES",
      "Exactly these roles, and nobody else: whoever a default privilege let in is put out again.",
    ),
    privileges(plan, objects),
    "call pg_temp.lethe_finish();",
    "call pg_temp.lethe_verify_drift();",
  ];
  return `${sections.join("\n\n")}\n`;
}

function header(plan: Plan): string {
  const { lifecycle } = plan;
  return [
    "-- Lethe: the life of an account deletion. Generated from the annotation file by `lethe generate`; don't edit.",
    `-- annotation ${plan.annotationHash}`,
    "--",
    `-- subject: ${plan.subject.table.name} (${plan.key.column} ${plan.key.type}); strategies: ${lifecycle.strategies.join(", ")}; grace: ${lifecycle.gracePeriod}; cooldown: ${lifecycle.cancelCooldown}`,
    "-- Reviewers: the parts WHAT IS ERASED, LOCKING OUT and GUARDS say what happens to whose rows; the rest is the same",
    "-- for every application. The file may run again and again: what hasn't changed isn't touched.",
  ].join("\n");
}

function partsOf(plan: Plan): Part[] {
  return [
    {
      title: "MARKS",
      text: "On the subject: when they left, and when the erasure is due.",
      objects: marks(plan),
    },
    {
      title: "WHAT IS ERASED",
      text: "One procedure a strategy, one statement a rule, for all subjects of a batch at once.",
      objects: [...strategies(plan), ...matches(plan), captureOrphans(plan)],
    },
    {
      title: "EFFECTS",
      text: "What is handed to whom outside the database: one statement for each place that it comes from.",
      objects: [...effects(plan), lateEffects(plan)],
    },
    {
      title: "WHAT IS KEPT FOR A TIME",
      text: "Rows that outlive their person on a legal basis, and how they are purged when the time is over.",
      objects: retention(plan),
    },
    {
      title: "STEPS OF THE APPLICATION'S OWN",
      text: "SQL that the annotation names, and when it runs.",
      objects: steps(plan),
    },
    {
      title: "LOCKING OUT",
      text: "What happens when a deletion is scheduled, and when it is taken back.",
      objects: subjectRoutines(plan),
    },
    { title: "WHAT BLOCKS, WHAT WOULD HAPPEN", text: "Looking only.", objects: counts(plan) },
    {
      title: "WHAT IS SHOWN TO A PERSON WHO ASKS",
      text: "Looking only: their data, and what would stay of it.",
      objects: exporting(plan),
    },
    { title: "WHO IS CALLING", text: "", objects: access(plan) },
    { title: "THE CORE", text: "The same for every application.", objects: coreObjects(plan) },
    {
      title: "GUARDS",
      text: "No sign-in for whoever is leaving, no data back into erased rows, no delete past Lethe.",
      objects: triggers(plan),
    },
    {
      title: "HIDING",
      text: "What the application sees of people who are leaving or gone.",
      objects: hiding(plan),
    },
  ];
}

function renderPart(part: Part): string {
  return [heading(part.title, part.text), ...part.objects.map(define)].join("\n\n");
}

function marks(plan: Plan): DatabaseObject[] {
  const { marks, table: ref } = plan.subject;
  const add = (name: string, comment: string): DatabaseObject => ({
    object: `column ${ident(name)} of ${table(ref)}`,
    definition: `alter table ${table(ref)} add column if not exists ${ident(name)} timestamptz;\ncomment on column ${table(ref)}.${ident(name)} is '${comment}';`,
    on: { table: ref, mode: "access exclusive" },
  });
  const left = marks.place === "columns" ? marks.deleted.column : null;
  return addedMarks(marks).map(({ column }) =>
    column === left
      ? add(column, "When the person left; hidden from the application from then on.")
      : add(column, "When the erasure is due; null again once it is done."),
  );
}

/** One line a table: its lock is taken only where the hash of all that is defined on it is new. */
/** Before anything else is touched: whatever of Lethe's own works on people's rows holds it shared, from its beginning on. */
const MIGRATION_LOCK = `-- What is being erased, scheduled or cancelled is finished first; what follows waits.
do $wait$
begin
  perform pg_advisory_xact_lock(hashtextextended('lethe migration', 0));
end
$wait$;`;

/** The people's own table last: who signs in or writes locks a row's table before that of its owner. */
function locks(subject: string, objects: DatabaseObject[]): string {
  const byTable = new Map<string, { mode: string; definitions: string[] }>();
  for (const object of objects) {
    if (object.on === undefined) continue;
    const name = table(object.on.table);
    const known = byTable.get(name) ?? { mode: object.on.mode, definitions: [] };
    if (object.on.mode === "access exclusive") known.mode = object.on.mode;
    known.definitions.push(object.object, object.definition);
    byTable.set(name, known);
  }
  return [...byTable]
    .sort(([a], [b]) => Number(a === subject) - Number(b === subject) || (a < b ? -1 : 1))
    .map(
      ([name, { mode, definitions }]) =>
        `call pg_temp.lethe_lock(${quoteText(`objects on ${name}`)}, ${quoteText(name)}, '${mode}', '${sha256(definitions.join("\n"))}');`,
    )
    .join("\n");
}

function privileges(plan: Plan, objects: DatabaseObject[]): string {
  const named = rolesOf(plan);
  const everyone = [...new Set([...named.app, ...named.admin, ...named.worker])];
  const list = (roles: string[]) =>
    roles.length === 0 ? "'{}'" : `array[${roles.map((role) => quoteText(role)).join(", ")}]::name[]`;
  return [
    `call pg_temp.lethe_grant('schema lethe', 'usage', ${list(everyone)});`,
    ...objects
      .filter((object) => object.roles !== undefined)
      .map((object) => {
        const roles = [...new Set((object.roles ?? []).flatMap((role) => named[role as keyof typeof named]))];
        const privilege = object.object.startsWith("view ") ? "select" : "execute";
        return `call pg_temp.lethe_grant(${quoteText(object.object)}, '${privilege}', ${list(roles)});`;
      }),
  ].join("\n");
}

/** Where administrators are known by an SQL expression they come in through the application's roles. */
function rolesOf(plan: Plan): { app: string[]; admin: string[]; worker: string[] } {
  const { app, admin, worker } = plan.access;
  return { app, admin: "sql" in admin ? app : admin, worker };
}

function verifyArguments(plan: Plan): string {
  const list = (texts: string[]) =>
    texts.length === 0 ? "'{}'" : `array[${texts.map(quoteText).join(", ")}]`;
  const own = addedMarks(plan.subject.marks).map(
    ({ column }) => `column ${column} of ${plan.subject.table.name}`,
  );
  return `${quoteText(table(plan.subject.table))}, ${list(plan.lifecycle.strategies)}, ${list(own)}`;
}
