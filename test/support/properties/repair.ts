/**
 * Takes the planner's remedies, as a person would who reads its findings: most draws end with an annotation that is
 * accepted, and what was refused on the way is what `refusals.ts` puts to the test.
 */
import type {
  Annotation,
  ColumnRule,
  ContentRule,
  Rule,
  TableAnnotation,
} from "../../../generator/annotation/model.ts";
import type { Catalog } from "../../../generator/catalog/model.ts";
import type { Finding } from "../../../generator/errors.ts";

/** A changed copy; the same one where there is nothing more to try. */
export function repair(annotation: Annotation, catalog: Catalog, findings: Finding[]): Annotation {
  const copy = structuredClone(annotation);
  for (const finding of findings) mend(copy, catalog, finding);
  return copy;
}

function mend(annotation: Annotation, catalog: Catalog, finding: Finding): void {
  const atRule = finding.path.includes("rules");
  switch (finding.code) {
    case "L014":
    case "L015":
    case "L016":
    case "L017":
    case "L018":
    case "L019":
    case "L029":
      if (finding.path.includes("columns")) column(annotation, catalog, finding);
      else rule(annotation, finding, "delete");
      break;
    case "L020":
    case "L060":
      rule(annotation, finding, "delete");
      break;
    case "L021":
      if (atRule) rule(annotation, finding, "delete");
      else without(annotation, "hard_delete");
      break;
    case "L022":
      if (atRule) rule(annotation, finding, "delete");
      else acknowledge(annotation, finding);
      break;
    case "L023":
    case "L026":
      rule(annotation, finding, "stay");
      break;
    case "L037":
    case "L070":
      rule(annotation, finding, "keep");
      break;
    case "L069":
      letGo(annotation, finding);
      break;
    default:
      without(annotation, "hard_delete");
  }
}

function column(annotation: Annotation, catalog: Catalog, { path, code }: Finding): void {
  const name = String(path.at(-1));
  const columns = valueAt(annotation, path.slice(0, -1)) as Record<string, ColumnRule> | undefined;
  const type = catalog.tables
    .find((table) => table.name === path[1])
    ?.columns.find((each) => each.name === name)?.baseType;
  if (columns?.[name] === undefined) return;
  const gone: ColumnRule = { action: "literal", value: "gone", personal: true };
  columns[name] =
    code === "L014" && (type === "text" || type === "character varying") ? gone : { action: "keep" };
}

/** What becomes of the rule's rows: they go, or they stay with their columns transformed, or as they are. */
function rule(annotation: Annotation, { path }: Finding, what: "delete" | "stay" | "keep"): void {
  const table = annotation.tables[String(path[1])] as TableAnnotation | undefined;
  const place = path.indexOf("rules");
  const index = Number(path[place + 1]);
  const old = place === -1 ? undefined : table?.rules[index];
  if (table === undefined || old === undefined) return;
  const { owner, where, when, unless, columns } = old;
  const rows: ContentRule["rows"] =
    what === "delete"
      ? "delete"
      : { anonymize: what === "keep" || old.class === "session" ? "keep" : "transform", hard_delete: "keep" };
  const defined = { owner, where, when, unless, columns };
  table.rules[index] = {
    class: "content",
    ...Object.fromEntries(Object.entries(defined).filter(([, value]) => value !== undefined)),
    rows,
  } as Rule;
}

/** What points there lets go of it, where it stays; what it can't let go of stays too. */
function letGo(annotation: Annotation, finding: Finding): void {
  const place = valueAt(annotation, finding.path) as Rule | undefined;
  const child = place?.owner?.by === "referenced_by" ? annotation.tables[place.owner.table] : undefined;
  const names = place?.owner?.by === "referenced_by" ? (place.owner.columns ?? []) : [];
  const held = names.filter((name) => child?.class === "table" && child.columns?.[name]?.action !== "null");
  if (child?.class !== "table" || held.length === 0) rule(annotation, finding, "keep");
  else
    for (const name of held) child.columns = { ...child.columns, [name]: { action: "null", personal: true } };
}

function acknowledge(annotation: Annotation, { path, subject }: Finding): void {
  const table = annotation.tables[String(path[1])];
  if (table?.class !== "table") return;
  table.columns ??= {};
  for (const name of subject.slice(String(path[1]).length + 1).split(", "))
    table.columns[name] = { action: "keep", reason: "what it does on delete is meant" };
}

function without(annotation: Annotation, strategy: string): void {
  const left = annotation.lifecycle.strategies.filter((each) => each !== strategy);
  if (left.length > 0) annotation.lifecycle.strategies = left;
}

function valueAt(root: unknown, path: (string | number)[]): unknown {
  let value = root;
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key];
  return value;
}
