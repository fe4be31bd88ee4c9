/** Every way in which the rows of a table lead to a person by themselves: foreign keys, names, pairs. */
import type { Column, ForeignKey, Table } from "../catalog/model.ts";
import type { Link, Role } from "./model.ts";
import { holdsKey, isNotNull, keyNameOf, type Survey, snake } from "./survey.ts";
import { ROLE_WORDS, SOFT_WORDS } from "./table-kinds.ts";

/** Strongest first: whose row it is before who acted on it, a foreign key before a name. */
export function linksOf(survey: Survey, table: Table): Link[] {
  const links = [...foreignKeyLinks(survey, table), ...softLinks(survey, table)];
  return links.sort((a, b) => rank(a) - rank(b));
}

const RANK: Record<Role, number> = { self: 0, maker: 1, party: 2, actor: 3 };

function rank(link: Link): number {
  return RANK[link.role] * 2 + (link.by === "foreign key" ? 0 : 1);
}

function foreignKeyLinks(survey: Survey, table: Table): Link[] {
  const seen = new Set<string>();
  return table.foreignKeys
    .filter((fk) => fk.references.table === survey.subject.name)
    .map((fk) => foreignKeyLink(survey, table, fk))
    .filter((link) => !seen.has(JSON.stringify(link.owner)) && seen.add(JSON.stringify(link.owner)));
}

function foreignKeyLink(survey: Survey, table: Table, fk: ForeignKey): Link {
  const place = fk.references.columns.indexOf(survey.key.name);
  const column = place < 0 ? undefined : fk.columns[place];
  const whole = fk.columns.length === 1 ? "" : ` (${fk.columns.join(", ")})`;
  const common = {
    by: "foreign key" as const,
    columns: fk.columns,
    nullable: fk.columns.some((name) => !isNotNull(columnOf(table, name))),
    onDelete: fk.onDelete,
    role: roleOf(survey, column ?? fk.columns.at(-1) ?? ""),
  };
  if (column !== undefined) {
    return {
      ...common,
      owner: { by: "column", column },
      nullable: !isNotNull(columnOf(table, column)),
      why: `foreign key${whole}, on delete ${fk.onDelete}`,
    };
  }
  const to = fk.references.columns;
  const there = table.foreignKeys.filter((each) => each.references.table === survey.subject.name);
  const link = there.length > 1 ? { columns: fk.columns, references: to } : {};
  return {
    ...common,
    owner: { by: "via", table: keyNameOf(survey, survey.subject), ...link },
    why: `foreign key to ${to.join(", ")}, which isn't the key; on delete ${fk.onDelete}`,
  };
}

function softLinks(survey: Survey, table: Table): Link[] {
  const referring = new Set(table.foreignKeys.flatMap((fk) => fk.columns));
  const paired = new Set(pairsOf(survey, table).flatMap((pair) => [pair.type.name, pair.id.name]));
  return table.columns.flatMap((column): Link[] => {
    if (referring.has(column.name) || paired.has(column.name) || column.generated !== null) return [];
    if (!looksLikeReference(survey, column)) return [];
    const fit = holdsKey(survey.key, column);
    const role = roleOf(survey, column.name);
    // A created_by of type text may as well hold a name or an address.
    if (fit === null || (fit === "as text" && role === "actor")) return [];
    return [
      {
        by: "name and type",
        owner: { by: "column", column: column.name },
        columns: [column.name],
        nullable: !isNotNull(column),
        onDelete: null,
        role,
        why:
          fit === "as it is"
            ? "no foreign key; named and typed like a reference"
            : `no foreign key; named like a reference, of type ${column.type}: the key is cast to it`,
      },
    ];
  });
}

/** user_id, userUuid, author_id, created_by, users_id; not "user" alone, which may be a name. */
export function looksLikeReference(survey: Survey, column: Column): boolean {
  const name = snake(column.name);
  if (/_by(_(id|uuid|user_id|user))?$/.test(name)) return true;
  const words = [survey.singular, ...SOFT_WORDS];
  return words.some((word) =>
    new RegExp(`^(\\w+_)?${word}s?_?(id|uuid|guid|key|${escapeRegExp(survey.key.name)})$`).test(name),
  );
}

/** user_ids uuid[]: a list of people. */
export function looksLikeList(survey: Survey, column: Column): boolean {
  return (
    column.baseType === `${survey.key.baseType}[]` &&
    [survey.singular, ...SOFT_WORDS, "member", "watcher"].some((word) =>
      new RegExp(`(^|_)${word}s?(_u?u?ids?)?$`).test(snake(column.name)),
    )
  );
}

/** Who did these makes the row theirs; who created or changed it may be anybody of the staff. */
const DONE_BY =
  /(^|_)(placed|ordered|owned|written|authored|posted|sent|uploaded|submitted|requested|booked|purchased|bought|paid)_by(_|$)/;

function roleOf(survey: Survey, columnName: string): Role {
  const name = snake(columnName);
  const bare = name.replace(/_?(id|uuid|guid)$/, "");
  if (bare === survey.singular || name === survey.key.name) return "self";
  if (DONE_BY.test(name)) return "maker";
  if (/_by(_|$)/.test(name)) return "actor";
  const last = bare.split("_").at(-1) ?? bare;
  for (const role of ["self", "maker", "party", "actor"] as const) {
    if ((ROLE_WORDS[role] as readonly string[]).includes(bare)) return role;
  }
  if (last === survey.singular && bare !== last) return "party";
  for (const role of ["maker", "party", "actor"] as const) {
    if ((ROLE_WORDS[role] as readonly string[]).includes(last)) return role;
  }
  return "party";
}

export interface Pair {
  type: Column;
  id: Column;
  /** The value of `type` that stands for the subject, where the type's labels name it; else null. */
  value: string | null;
  /** What it probably is. */
  guess: string;
}

/** Columns x_type and x_id: rows of any kind of thing, people among them. */
export function pairsOf(survey: Survey, table: Table): Pair[] {
  const referring = new Set(table.foreignKeys.flatMap((fk) => fk.columns));
  return table.columns.flatMap((type): Pair[] => {
    const stem = /^(.+)_type$/.exec(snake(type.name))?.[1];
    if (stem === undefined) return [];
    const id = table.columns.find((each) => [`${stem}_id`, `${stem}_uuid`].includes(snake(each.name)));
    if (id === undefined || referring.has(id.name) || holdsKey(survey.key, id) === null) return [];
    const guess = survey.singular.replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
    const names = [survey.singular, snake(survey.subject.table)];
    const value = type.enumLabels?.find((label) => names.includes(snake(label))) ?? null;
    return [{ type, id, value, guess: value ?? guess }];
  });
}

export function columnOf(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
