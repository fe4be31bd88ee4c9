/** What the migration does where the marks are others than before: a look at those who are under way, a list of legacy rows. */
import type { Plan } from "../plan/model.ts";
import { dollar, literal } from "../quote.ts";
import { marked, notMarked } from "./marks.ts";
import { column, table } from "./text.ts";

/** The marks as a text to compare. */
export function marksText(plan: Plan): string {
  const { marks } = plan.subject;
  if (marks.place === "table") return "lethe.mark";
  return [marks.deleted, marks.scheduled].map((each) => (each === null ? "-" : written(each))).join("; ");
}

function written(mark: Extract<Plan["subject"]["marks"], { place: "columns" }>["deleted"]): string {
  const name = JSON.stringify(mark.column);
  if (mark.holds === "time") return `${name} ${mark.type}`;
  return `${name} ${JSON.stringify(mark.deleted)} ${JSON.stringify(mark.scheduled)}`;
}

/** Somebody whose request stands would be shown again, and let in, by marks that don't say so. */
export function requireMarks(plan: Plan): string {
  const { marks, table: ref } = plan.subject;
  // What cancel puts back was kept under the marks of before.
  const lost =
    marks.place === "columns" && marks.deleted.type !== "timestamp with time zone"
      ? ["      or (r.state = 'scheduled' and not r.preserved ? 'mark')"]
      : [];
  const body = [
    "",
    "begin",
    `  if not exists (select from lethe.annotation a where a.marks is distinct from ${literal(marksText(plan))}) then`,
    "    return;",
    "  end if;",
    "  if exists (",
    "    select",
    "    from lethe.deletion_request r",
    `    join ${table(ref)} t on ${column(plan.key.column)} = r.subject_id`,
    "    where r.state in ('scheduled', 'executing', 'erased', 'completed')",
    "      and not (r.state in ('erased', 'completed') and r.strategy = 'hard_delete')",
    `      and (${notMarked(plan)}`,
    ...lost,
    "      )",
    "  ) then",
    "    raise exception 'the marks are others than before, and people whose deletion is scheduled or done don''t carry them'",
    "      using errcode = 'LT008',",
    "            hint = 'Let the requests under way end first, and set the new mark on the rows of those who were erased.';",
    "  end if;",
    "end",
    "",
  ].join("\n");
  return `do ${dollar(body, "marks")};`;
}

/** Once: what the application marks later on is its own. */
export function listLegacy(plan: Plan): string {
  return [
    "insert into lethe.legacy (subject_id)",
    `select ${column(plan.key.column)}`,
    `from ${table(plan.subject.table)} t`,
    `where ${marked(plan)}`,
    `  and not exists (select from lethe.deletion_request r where r.subject_id = ${column(plan.key.column)})`,
    "  and not exists (select from lethe.annotation a where a.legacy = 'erase')",
    "on conflict do nothing;",
  ].join("\n");
}
