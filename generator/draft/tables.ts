/** What to say about a table whose rows lead to people by themselves. */
import type { Rule } from "../annotation/model.ts";
import type { Table } from "../catalog/model.ts";
import { columnsOf } from "./columns.ts";
import { columnOf, linksOf, type Pair, pairsOf } from "./links.ts";
import type { ColumnDraft, Group, Link, RuleDraft, TableDraft } from "./model.ts";
import { isNotNull, keyNameOf, type Survey, snake } from "./survey.ts";
import { TABLE_KINDS, type TableKind } from "./table-kinds.ts";

type Made = Pick<TableDraft, "group" | "why" | "todo" | "rules">;

export function linkedTable(survey: Survey, table: Table, links: Link[]): TableDraft {
  const primary = links[0] as Link;
  const about = primary.role === "actor" ? "thing" : "person";
  const columns = columnsOf(survey, table, exemptOf(table, links), about);
  return {
    table: table.name,
    key: keyNameOf(survey, table),
    columns,
    notes: [],
    ...make(survey, table, links, columns),
  };
}

/** Rows of any kind of thing, people among them; null where there is no such pair. */
export function pairedTable(survey: Survey, table: Table): TableDraft | null {
  const [pair] = pairsOf(survey, table);
  if (pair === undefined) return null;
  const exempt = exemptOf(table, []).add(pair.type.name).add(pair.id.name);
  const rule: Rule = { class: "content", owner: ownerOf(pair) };
  return {
    table: table.name,
    key: keyNameOf(survey, table),
    group: "content",
    why: `${pair.type.name} and ${pair.id.name} name any kind of row`,
    todo:
      pair.value === null
        ? `which value of ${pair.type.name} stands for ${survey.subject.table}, if any does?`
        : null,
    rules: [
      withRows(
        rule,
        pair.value === null
          ? `${JSON.stringify(pair.guess)} is a guess`
          : `${pair.type.name} has the label ${pair.guess}`,
        columnsOf(survey, table, exempt, "person"),
        false,
      ),
    ],
    columns: columnsOf(survey, table, exempt, "person"),
    notes: [],
  };
}

function ownerOf(pair: Pair): Rule["owner"] {
  return { by: "polymorphic", type: pair.type.name, id: pair.id.name, value: pair.guess };
}

export function kindOfTable(table: Table): TableKind | undefined {
  const name = snake(table.table);
  return TABLE_KINDS.find(
    (kind) =>
      kind.name.test(name) &&
      (kind.evidence === undefined ||
        table.columns.some((column) => kind.evidence?.test(snake(column.name)))),
  );
}

function make(survey: Survey, table: Table, links: Link[], columns: ColumnDraft[]): Made {
  const primary = links[0] as Link;
  const kind = kindOfTable(table);
  switch (kind?.kind) {
    case "session":
    case "credential":
    case "mfa":
      return signIn(kind.kind, kind.why, links);
    case "money":
      return money(table, kind, links);
  }
  if (primary.role === "actor") return acted(links, columns);
  const others = dependents(survey, table, primary);
  if (others.length > 0) return shared(table, links, columns, others);
  const nothing = columns.every((column) => column.rule.action === "keep");
  if (kind?.kind === "own" || kind?.kind === "history" || (nothing && !primary.nullable)) {
    const why = kind?.why ?? "nothing in it but whose it is";
    return rulesFor("own", why, links, deletes(primary), columns);
  }
  return rulesFor("content", "", links, content(primary, columns), columns);
}

function signIn(kind: "session" | "credential" | "mfa", why: string, links: Link[]): Made {
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

function money(table: Table, kind: TableKind, links: Link[]): Made {
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

function shared(table: Table, links: Link[], columns: ColumnDraft[], others: string[]): Made {
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

/** Tables of other people's rows that can't do without this table's. */
function dependents(survey: Survey, table: Table, primary: Link): string[] {
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

function acted(links: Link[], columns: ColumnDraft[]): Made {
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

function deletes(link: Link): RuleDraft {
  const gentle = { anonymize: "transform" as const, hard_delete: "delete" as const };
  return {
    rule: { class: "content", owner: link.owner, rows: "delete" },
    why: link.why,
    instead: link.nullable ? [gentle, { anonymize: "transform", hard_delete: "detach" }] : [gentle],
  };
}

function content(link: Link, columns: ColumnDraft[]): RuleDraft {
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
function rulesFor(group: Group, why: string, links: Link[], first: RuleDraft, columns: ColumnDraft[]): Made {
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

function exemptOf(table: Table, links: Link[]): Set<string> {
  const primary = table.indexes.find((index) => index.primary)?.columns ?? [];
  return new Set([
    ...primary.filter((name) => name !== null),
    ...table.foreignKeys.flatMap((fk) => fk.columns),
    ...links.flatMap((link) => (link.owner.by === "column" ? [link.owner.column] : [])),
  ]);
}

export const exempt = exemptOf;
