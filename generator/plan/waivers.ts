/** L064, and what `accept()` does: findings that somebody has read and accepts are marked, the rest stays as it is. */
import type { AnnotationPath, Waiver } from "../annotation/model.ts";
import { nearest } from "../annotation/nearest.ts";
import type { Finding } from "../errors.ts";
import { type PlanContext, report } from "./context.ts";
import { refusal, waivable } from "./lints/waivable.ts";

/** One waiver as it is written: once in the file, for the file, for a table, or for every table of a group. */
interface Written {
  waiver: Waiver;
  path: AnnotationPath;
  /** The keys of the tables that it stands in; null for the file. */
  tables: string[] | null;
}

export function applyWaivers(context: PlanContext): void {
  for (const written of writtenWaivers(context)) {
    const known = Object.hasOwn(waivable, written.waiver.code);
    const never = refusal(written.waiver.code, "warning");
    if (!known) unknown(context, written);
    else if (never !== null) refuse(context, written, never);
    else apply(context, written);
  }
}

function writtenWaivers({ annotation }: PlanContext): Written[] {
  const written: Written[] = (annotation.accept ?? []).map((waiver, at) => ({
    waiver,
    path: ["accept", at],
    tables: null,
  }));
  const grouped = new Set(Object.values(annotation.groups).flatMap(({ tables }) => tables ?? []));
  const inTables = (names: string[]): void => {
    const table = names.map((name) => annotation.tables[name]).find((each) => each?.class !== "todo");
    const waivers = (table !== undefined && "accept" in table && table.accept) || [];
    written.push(
      ...waivers.map((waiver, at) => ({
        waiver,
        path: ["tables", names[0] as string, "accept", at],
        tables: names,
      })),
    );
  };
  for (const name of Object.keys(annotation.tables)) if (!grouped.has(name)) inTables([name]);
  for (const { tables } of Object.values(annotation.groups)) if (tables !== null) inTables(tables);
  return written;
}

function apply(context: PlanContext, written: Written): void {
  const { waiver, tables } = written;
  let used = false;
  // In each table of a group it is one finding, not one in all.
  for (const table of tables ?? [null]) {
    const here = context.findings.filter((each) => each.code === waiver.code && isAt(each, table));
    const meant = meantBy(context, waiver, table, here);
    const [only, ...more] = meant;
    // What another waiver has accepted needs no second one.
    if (only === undefined || only.level === "accepted") continue;
    used = true;
    const why = refusal(waiver.code, only.level);
    if (more.length > 0) ambiguous(context, written, meant);
    else if (why !== null) refuse(context, written, why);
    else context.findings[context.findings.indexOf(only)] = accepted(only, waiver, only.level);
  }
  if (!used) unused(context, written);
}

function accepted(finding: Finding, { reason }: Waiver, level: "error" | "warning"): Finding {
  return { ...finding, level: "accepted", accepted: { reason, level } };
}

function isAt({ path }: Finding, table: string | null): boolean {
  return table === null || (path[0] === "tables" && path[1] === table);
}

/** By what they are about, else by what they say: two CHECKs of one column have their names in the message. */
function meantBy(context: PlanContext, { about }: Waiver, table: string | null, here: Finding[]): Finding[] {
  if (table === null && about === undefined) return here.filter(({ path }) => path.length < 2);
  const name = [...context.decisions.values()].find(({ path }) => path[1] === table)?.table.name;
  const exactly = here.filter(({ subject }) =>
    about === undefined
      ? subject === name
      : subject === about || [".", ", ", ": "].some((between) => subject === `${name}${between}${about}`),
  );
  if (exactly.length > 0 || about === undefined) return exactly;
  return here.filter(({ message }) => message.includes(about));
}

function finding(context: PlanContext, { waiver, path }: Written, message: string, remedy: string): void {
  const about = waiver.about === undefined ? "" : `, ${waiver.about}`;
  report(context, { code: "L064", subject: `accept ${waiver.code}${about}`, message, remedy, path });
}

function unknown(context: PlanContext, written: Written): void {
  const near = nearest(written.waiver.code, Object.keys(waivable));
  const remedy =
    near === undefined ? "write the code that the finding begins with" : `did you mean "${near}"?`;
  finding(context, written, "there is no such finding", remedy);
}

function refuse(context: PlanContext, written: Written, why: string): void {
  finding(context, written, `it can't be accepted: ${why}`, "remove it, and do what the finding says");
}

function ambiguous(context: PlanContext, written: Written, meant: Finding[]): void {
  const { code, reason } = written.waiver;
  const message = `${meant.length} findings fit, and one is accepted at a time: ${meant.map((each) => each.message).join("; ")}`;
  const call = `accept(${JSON.stringify(code)}, ${JSON.stringify(reason)}, "…")`;
  finding(context, written, message, `write ${call} for each, with a name out of its message`);
}

/** What is accepted and isn't there would be accepted unseen once it is. */
function unused(context: PlanContext, written: Written): void {
  const { code, reason } = written.waiver;
  const near = context.findings.find(
    (each) =>
      each.code === code &&
      each.level !== "accepted" &&
      (written.tables ?? [null]).some((table) => isAt(each, table)),
  );
  const call = (about: string) =>
    `accept(${JSON.stringify(code)}, ${JSON.stringify(reason)}, ${JSON.stringify(about)})`;
  const remedy =
    near === undefined ? "remove it" : `remove it, or write ${call(aboutOf(context, near, written))}`;
  finding(context, written, "it accepts nothing", remedy);
}

/** What a waiver would have to name. */
function aboutOf(context: PlanContext, { subject, path }: Finding, { tables }: Written): string {
  const name = [...context.decisions.values()].find((each) => each.path[1] === path[1])?.table.name;
  if (tables === null || name === undefined || !subject.startsWith(name)) return subject;
  return subject.slice(name.length).replace(/^(\.|, |: )/, "");
}
