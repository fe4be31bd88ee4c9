/** The rules that each class of table gets: one for every way in which its rows lead to people. */
import type { Rule } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { columnOf, linksOf } from "./links.ts";
import type { ColumnDraft, Group, Link, RuleDraft, TableDraft } from "./model.ts";
import { isNotNull, keyNameOf, type Survey, snake } from "./survey.ts";
import type { TableKind } from "./table-kinds.ts";

/** What of a table's draft depends on its class. */
export type Made = Pick<TableDraft, "group" | "why" | "todo" | "rules">;

export function signIn(kind: "session" | "credential" | "mfa", why: string, links: Link[]): Made {
  const [primary, ...more] = links as [Link, ...Link[]];
  const first: RuleDraft = { rule: { class: kind, owner: primary.owner }, why: primary.why, instead: [] };
  const rest = more.map(
    (link): RuleDraft =>
      // Whoever acted in a session may end it; a key that somebody made for another stays that other's.
      kind !== "session" && link.role === "actor" && link.nullable
        ? detaches(link)
        : { rule: { class: kind, owner: link.owner }, why: link.why, instead: [] },
  );
  return { group: kind, why, todo: null, rules: [first, ...rest] };
}

export function money(table: Table, kind: TableKind, links: Link[]): Made {
  const since =
    ["issued_at", "issued_on", "paid_at", "ordered_at", "completed_at", "created_at", "inserted_at"].find(
      (name) => table.columns.some((column) => snake(column.name) === name),
    ) ?? "created_at";
  return {
    group: "money",
    why: kind.why,
    todo: "must these rows stay, how long, since when, and on what basis?",
    rules: links.map((link) => ({
      rule: {
        class: "retain",
        owner: link.owner,
        for: "7 years",
        since: table.columns.find((column) => snake(column.name) === since)?.name ?? since,
        basis: "legal_obligation",
      },
      why: link.why,
      instead: [],
    })),
  };
}

export function shared(table: Table, links: Link[], columns: ColumnDraft[], others: string[]): Made {
  const [primary, ...more] = links as [Link, ...Link[]];
  const rule: Rule = {
    class: "blocker",
    owner: primary.owner,
    message: `owns {count} ${table.table}`,
    blocking: true,
    otherwise: withRows({ class: "content" }, "", columns, false).rule,
  };
  return {
    group: "shared",
    why: `other people's rows point at these: ${others.join(", ")}`,
    todo: `other people's rows in ${others.join(", ")} point at these: does owning some block a deletion, who gets them, or do they go too?`,
    rules: [{ rule, why: primary.why, instead: [] }, ...more.map(detaches)],
  };
}

/** The same person in a second table. */
export function part(links: Link[], columns: ColumnDraft[]): Made {
  const [own] = links as [Link, ...Link[]];
  const rule: RuleDraft = {
    rule: { class: "part", owner: own.owner },
    why: `${own.why}; one row a person, for the column is unique`,
    instead: [],
  };
  return rulesFor("people", "the same person in a second table", links, rule, columns);
}

/** Tables of other people's rows that can't do without this table's. */
export function dependents(survey: Survey, table: Table, primary: Link): string[] {
  if (primary.nullable) return [];
  const found = survey.catalog
    .referencing(table)
    .filter(
      ({ table: child, fk }) =>
        child !== table &&
        child !== survey.subject &&
        fk.onDelete !== "set null" &&
        fk.columns.every((name) => isNotNull(columnOf(child, name))) &&
        linksOf(survey, child).some((link) => link.role !== "actor"),
    );
  return [...new Set(found.map(({ table: child }) => keyNameOf(survey, child)))];
}

export function acted(links: Link[], columns: ColumnDraft[]): Made {
  const stuck = links.filter((link) => !link.nullable);
  const names = links.flatMap((link) => link.columns).join(", ");
  return {
    group: "acted",
    why: `${names}: somebody did something to these rows, they aren't theirs`,
    todo:
      stuck.length === 0
        ? null
        : `${stuck.flatMap((link) => link.columns).join(", ")} can't be NULL: who takes these rows over, or are they the person's own?`,
    rules: links.map((link, at) => {
      const rows = link.nullable
        ? "detach"
        : ({ action: "reassign", to: { ghost: "departed" }, orElse: "error", onConflict: "error" } as const);
      const rule = withRows({ class: "content", owner: link.owner }, link.why, columns, false);
      return at === 0 || !link.nullable ? { ...rule, rule: { ...rule.rule, rows } as Rule } : detaches(link);
    }),
  };
}

export function deletes(link: Link): RuleDraft {
  const gentle = { anonymize: "transform" as const, hard_delete: "delete" as const };
  return {
    rule: { class: "content", owner: link.owner, rows: "delete" },
    why: link.why,
    instead: link.nullable ? [gentle, { anonymize: "transform", hard_delete: "detach" }] : [gentle],
  };
}

export function content(link: Link, columns: ColumnDraft[]): RuleDraft {
  const rule: Rule = { class: "content", owner: link.owner };
  const outlives = { anonymize: "transform" as const, hard_delete: "detach" as const };
  if (link.nullable && link.onDelete === "set null") {
    return { rule: { ...rule, rows: outlives }, why: `${link.why}: rows outlive their owner`, instead: [] };
  }
  return withRows(rule, link.why, columns, link.nullable);
}

/** Content as the planner takes it: where no column changes yet, it must be said that rows stay. */
export function withRows(rule: Rule, why: string, columns: ColumnDraft[], nullable: boolean): RuleDraft {
  const changes = columns.some(({ rule: { action } }) => action !== "keep" && action !== "todo");
  const rows = changes ? {} : { rows: { anonymize: "transform", hard_delete: "delete" } as const };
  return {
    rule: { ...rule, ...rows } as Rule,
    why,
    instead: nullable ? [{ anonymize: "transform", hard_delete: "detach" }] : [],
  };
}

function detaches(link: Link): RuleDraft {
  return { rule: { class: "content", owner: link.owner, rows: "detach" }, why: link.why, instead: [] };
}

/** The first link decides; by the others rows are let go of, where that is possible. */
export function rulesFor(
  group: Group,
  why: string,
  links: Link[],
  first: RuleDraft,
  columns: ColumnDraft[],
): Made {
  const rest = links.slice(1).map((link) => {
    if (link.nullable) return detaches(link);
    return group === "own" && link.role !== "actor" ? deletes(link) : null;
  });
  const stuck = links
    .slice(1)
    .filter((_, at) => rest[at] === null)
    .flatMap((link) => link.columns);
  return {
    group,
    why,
    todo:
      stuck.length === 0
        ? null
        : `rows may be two people's, and ${stuck.join(", ")} can't be NULL: what becomes of them when the second one leaves?`,
    rules: [
      first,
      ...rest.map(
        (rule, at) =>
          rule ??
          withRows(
            { class: "content", owner: (links[at + 1] as Link).owner },
            (links[at + 1] as Link).why,
            columns,
            false,
          ),
      ),
    ],
  };
}
