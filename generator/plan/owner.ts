/** Resolves how rows are found from subjects' keys: a column, a parent, a polymorphic pair, an expression. */
import type { AnnotationPath, Owner, Rule, TableAnnotation } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { claimsOn, ghostKeys } from "./claims.ts";
import { castFor } from "./compare.ts";
import { columnOrFail, type Decision, type PlanContext, ref, report, Unresolved } from "./context.ts";
import { columnsTo, keyColumns } from "./key-columns.ts";
import { resolveMatch } from "./match.ts";
import type { KeyPlan, OptionTest, OwnedRows, OwnerPlan } from "./model.ts";
import { resolveReferencedBy } from "./referenced-by.ts";
import { leavesWhole, type Under } from "./rows-under.ts";
import { type Columns, inferredViaSubject, resolveViaSubject } from "./via-subject.ts";

/**
 * Rules with their owners filled in: a rule inside a rule (`otherwise`) has the owner of the outer one. What is below a
 * parent depends on what the strategy does to the parent; see `Under` for where no strategy is asked.
 */
export function ownedRows(
  context: PlanContext,
  subject: Decision,
  key: KeyPlan,
  table: Table,
  rule: Rule,
  path: AnnotationPath,
  under: Under = "soft_delete",
  seen: string[] = [],
): OwnedRows {
  return {
    owner: resolveOwner(context, subject, key, table, rule.owner, path, under, seen),
    where: rule.where ?? null,
    option: optionOf(rule),
  };
}

export function optionOf(rule: Pick<Rule, "when" | "unless">): OptionTest | null {
  if (rule.when !== undefined) return { option: rule.when, is: true };
  if (rule.unless !== undefined) return { option: rule.unless, is: false };
  return null;
}

function resolveOwner(
  context: PlanContext,
  subject: Decision,
  key: KeyPlan,
  table: Table,
  owner: Owner | undefined,
  path: AnnotationPath,
  under: Under,
  seen: string[],
): OwnerPlan {
  const resolved = owner ?? inferOwner(context, subject, table, path);
  const at = owner === undefined ? path : [...path, "owner"];
  switch (resolved.by) {
    case "column":
      return {
        by: "column",
        column: resolved.column,
        cast: castFor(columnOrFail(context, table, resolved.column, at).baseType, key.type),
      };
    case "via":
      return resolveVia(context, subject, key, table, resolved, at, under, seen);
    case "polymorphic":
      columnOrFail(context, table, resolved.type, at);
      return {
        by: "polymorphic",
        type: resolved.type,
        id: resolved.id,
        value: resolved.value,
        cast: castFor(columnOrFail(context, table, resolved.id, at).baseType, key.type),
      };
    case "sql":
      return { by: "sql", expression: resolved.expression };
    case "match":
      return resolveMatch(context, subject, table, resolved, at);
    case "referenced_by": {
      const own: OwnedRows = {
        owner: { by: "column", column: key.column, cast: null },
        where: null,
        option: null,
      };
      return resolveReferencedBy(context, subject, own, table, resolved, at, {
        armsOf: (child) => {
          refuseCircle(context, table, "referencedBy", child, seen, at);
          return armsOf(context, subject, key, child, under, [...seen, table.name]);
        },
        claims: claimsOn(context, table, (rule, of) =>
          ownedRows({ ...context, findings: [] }, subject, key, table, rule, of, under, seen),
        ),
        ghosts: ghostKeys(context, subject),
        key,
      });
    }
  }
}

function inferOwner(context: PlanContext, subject: Decision, table: Table, path: AnnotationPath): Owner {
  const columns = columnsTo(table, keyColumns(context, subject));
  const through = columns.length === 0 ? inferredViaSubject(subject, table) : null;
  if (through !== null) return through;
  if (columns.length !== 1) {
    report(context, {
      code: "L027",
      subject: table.name,
      message:
        columns.length === 0
          ? `the owner can't be inferred: no foreign key leads to ${subject.table.name}`
          : `the owner can't be inferred: ${columns.join(" and ")} both lead to ${subject.table.name}`,
      remedy:
        columns.length === 0
          ? 'write owner: "column" or owner: via("parent")'
          : `write owner: ${JSON.stringify(columns[0])}, and a rule for each`,
      path,
    });
    throw new Unresolved();
  }
  return { by: "column", column: columns[0] as string };
}

function resolveVia(
  context: PlanContext,
  subject: Decision,
  key: KeyPlan,
  table: Table,
  owner: Extract<Owner, { by: "via" }>,
  path: AnnotationPath,
  under: Under,
  seen: string[],
): OwnerPlan {
  const parent = context.catalog
    .resolveName(owner.table, context.annotation.access.searchPath)
    .map((candidate) => context.decisions.get(candidate.name))
    .find((decision) => decision !== undefined);
  if (parent === subject) {
    const link = linkOf(context, table, owner, parent, path);
    return resolveViaSubject(context, subject, key, table, link, path);
  }
  if (parent === undefined || parent.annotation.class !== "table" || parent.annotation.rules.length === 0) {
    report(context, {
      code: "L028",
      subject: table.name,
      message: `via(${JSON.stringify(owner.table)}): that table is not annotated as belonging to anybody`,
      remedy: "annotate the parent with an owner, or name another one",
      path,
    });
    throw new Unresolved();
  }
  refuseCircle(context, table, "via", parent, seen, path);
  const link = linkOf(context, table, owner, parent, path);
  const arms = armsOf(context, subject, key, parent, under, [...seen, table.name]);
  return { by: "via", parent: ref(parent.table), ...link, arms };
}

function armsOf(
  context: PlanContext,
  subject: Decision,
  key: KeyPlan,
  of: Decision,
  under: Under,
  seen: string[],
): OwnedRows[] {
  const arms = rulesThatOwn(context, of, under).map(({ rule, path }) =>
    ownedRows(context, subject, key, of.table, effective(rule), path, under, seen),
  );
  return widest(arms);
}

function refuseCircle(
  context: PlanContext,
  table: Table,
  word: string,
  next: Decision,
  seen: string[],
  path: AnnotationPath,
): void {
  if (!seen.includes(next.table.name)) return;
  report(context, {
    code: "L028",
    subject: table.name,
    message: `${word}(${JSON.stringify(next.table.table)}) goes round in a circle`,
    remedy: "give one of the tables an owner that doesn't go via the others",
    path,
  });
  throw new Unresolved();
}

/**
 * A parent that is only handed over or detached stays as it is, with what is below it, where another rule says whose it
 * is: a message's attachments go with its sender, not with the one it was sent to.
 */
function rulesThatOwn(
  context: PlanContext,
  parent: Decision,
  under: Under,
): { rule: Rule; path: AnnotationPath }[] {
  const rules = rulesOf(parent);
  const allowed = context.annotation.lifecycle.strategies;
  const owning = rules.filter(({ rule }) => !leavesWhole(effective(rule), under, allowed));
  return owning.length === 0 ? rules : owning;
}

/** A rule for all of an owner's rows makes those for some of them superfluous. */
export function widest(arms: OwnedRows[]): OwnedRows[] {
  const all = arms.filter((arm) => arm.where === null && arm.option === null);
  const key = (arm: OwnedRows) => JSON.stringify(arm.owner);
  return arms.filter((arm, index) => {
    const twin = all.find((each) => key(each) === key(arm));
    return twin === undefined || (twin === arm && index === arms.indexOf(twin));
  });
}

/** What a rule is about once nothing blocks: a blocker's rows are those of its `otherwise`. */
export function effective(rule: Rule): Rule {
  if (rule.class !== "blocker") return rule;
  return rule.otherwise === undefined
    ? { class: "content", owner: rule.owner, rows: { anonymize: "keep", hard_delete: "keep" } }
    : { ...rule.otherwise, owner: rule.otherwise.owner ?? rule.owner };
}

function linkOf(
  context: PlanContext,
  table: Table,
  owner: Extract<Owner, { by: "via" }>,
  parent: Decision,
  path: AnnotationPath,
): Columns {
  const link =
    owner.columns === undefined
      ? inferLink(context, table, parent.table, path)
      : explicitLink(context, table, owner.columns, owner.references, parent);
  for (const column of link.columns) columnOrFail(context, table, column, path);
  if (link.columns.length !== link.references.length) {
    report(context, {
      code: "L028",
      subject: table.name,
      message: `via(${JSON.stringify(owner.table)}): ${link.columns.join(", ")} can't refer to ${link.references.join(", ") || "no column"}`,
      remedy: "name as many `references` as `columns`, in the same order",
      path,
    });
    throw new Unresolved();
  }
  return link;
}

function inferLink(context: PlanContext, table: Table, parent: Table, path: AnnotationPath): Columns {
  const links = table.foreignKeys.filter((fk) => fk.references.table === parent.name);
  if (links.length !== 1 || links[0] === undefined) {
    report(context, {
      code: "L028",
      subject: table.name,
      message: `via(${JSON.stringify(parent.table)}): ${links.length === 0 ? "no foreign key leads" : "several foreign keys lead"} there`,
      remedy: `name the columns: via(${JSON.stringify(parent.table)}, { columns: ["…"], references: ["…"] })`,
      path,
    });
    throw new Unresolved();
  }
  return { columns: links[0].columns, references: links[0].references.columns };
}

/** Without `references`: those of the foreign key that has these columns, else the parent's primary key. */
function explicitLink(
  context: PlanContext,
  table: Table,
  columns: string[],
  references: string[] | undefined,
  parent: Decision,
): Columns {
  const fk = table.foreignKeys.find(
    (each) => each.references.table === parent.table.name && each.columns.join() === columns.join(),
  );
  return {
    columns,
    references: references ?? fk?.references.columns ?? context.catalog.primaryKey(parent.table) ?? [],
  };
}

/** All rules of a table annotation with the path of each. */
export function rulesOf(decision: Decision): { rule: Rule; path: AnnotationPath }[] {
  const annotation = decision.annotation as TableAnnotation;
  return annotation.rules.map((rule, index) => ({ rule, path: [...decision.path, "rules", index] }));
}
