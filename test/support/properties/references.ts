/** How drawn tables point at people and at each other: owners of every kind, and foreign keys that no owner goes along. */
import type { Owner } from "../../../generator/annotation/model.ts";
import { ident, qualified } from "../../../generator/quote.ts";
import { at, pick } from "./columns.ts";
import type { DrawnTable, People } from "./draw.ts";
import type { Naming } from "./names.ts";
import type { LinkRecipe, OwnerRecipe, PointedRecipe } from "./recipe.ts";

const ON_DELETE = ["no action", "cascade", "set null", "restrict"];

export function drawOwner(
  recipe: OwnerRecipe,
  place: number,
  names: Naming,
  people: People,
  table: DrawnTable,
  before: DrawnTable[],
): void {
  const parents = before.filter(
    (each) => each.key.length > 0 && each.owners.every(({ owner }) => owner.by !== "referenced_by"),
  );
  const where = qualified(table.schema, table.name);
  const column = names.column("owner", 60 + place);
  const subject = qualified(people.schema, people.name);
  const nothing = (seed: number) => !recipe.notNull && pick(seed, `owner${place}`, 4) === 0;
  const person = (seed: number) => people.keys[pick(seed, `person${place}`, people.keys.length)] ?? null;
  const kind = recipe.kind % 10;
  if (kind >= 5 && kind <= 7 && parents.length > 0) {
    const parent = at(parents, recipe.parent);
    const columns = refer(recipe, `via${place}`, names, people, table, parent);
    const owner: Owner = {
      by: "via",
      table: `${parent.schema}.${parent.name}`,
      columns,
      references: parent.key,
    };
    table.owners.push({ recipe, owner });
    return;
  }
  if (kind === 8) {
    // No foreign key, and the key as another type.
    const type = at(["text", "varchar(40)", people.keyType], recipe.parent);
    table.lines.push(`${ident(column)} ${type}${recipe.notNull ? " not null" : ""}`);
    table.references.push((seed) => ({ [column]: nothing(seed) ? null : person(seed) }));
    table.after.push(`create index on ${where} (${ident(column)});`);
    table.owners.push({ recipe, owner: { by: "column", column } });
    return;
  }
  if (kind === 9) {
    const type = names.column("type", 70 + place);
    table.lines.push(`${ident(type)} text, ${ident(column)} ${people.keyType}`);
    table.references.push((seed) => ({
      [type]: pick(seed, "type", 3) === 0 ? "Else" : "Person",
      [column]: person(seed),
    }));
    table.after.push(`create index on ${where} (${ident(column)});`);
    table.owners.push({ recipe, owner: { by: "polymorphic", type, id: column, value: "Person" } });
    return;
  }
  table.lines.push(`${ident(column)} ${people.keyType}${recipe.notNull ? " not null" : ""}`);
  table.references.push((seed) => ({ [column]: nothing(seed) ? null : person(seed) }));
  const action = onDelete(recipe);
  table.after.push(
    `alter table ${where} add foreign key (${ident(column)}) references ${subject} on delete ${action}${deferral(recipe)};`,
    `create index on ${where} (${ident(column)});`,
  );
  table.owners.push({ recipe, owner: { by: "column", column } });
}

function onDelete(recipe: { onDelete: number; notNull: boolean; toDefault: boolean }): string {
  const action = at(ON_DELETE, recipe.onDelete);
  // SET NULL of a NOT NULL column can be declared; one in five of them is.
  if (action === "set null" && recipe.notNull && recipe.onDelete % 5 !== 0) return "no action";
  // There is none, so it is NULL.
  return action === "set null" && recipe.toDefault ? "set default" : action;
}

function deferral(recipe: { deferrable: boolean }): string {
  return recipe.deferrable ? " deferrable initially deferred" : "";
}

/** A foreign key to another drawn table; returns its columns. */
function refer(
  recipe: {
    onDelete: number;
    notNull: boolean;
    deferrable: boolean;
    toDefault: boolean;
    /** Each row points at another one, as far as they go. */
    spread?: boolean;
  },
  label: string,
  names: Naming,
  _people: People,
  table: DrawnTable,
  target: DrawnTable,
): string[] {
  const where = qualified(table.schema, table.name);
  const columns = target.key.map((_, place) => names.column(`${label}_`, place));
  const definition = columns.map(
    (column, place) =>
      `add column ${ident(column)} ${place === 0 ? "bigint" : "integer"}${recipe.notNull ? " not null" : ""}`,
  );
  const list = columns.map(ident).join(", ");
  table.after.push(
    `alter table ${where} ${definition.join(", ")};`,
    `alter table ${where} add foreign key (${list}) references ${qualified(target.schema, target.name)} on delete ${onDelete(recipe)}${deferral(recipe)};`,
    `create index on ${where} (${list});`,
  );
  table.references.push((seed, _people, filled, taken) => {
    const rows = filled.get(target) ?? [];
    const row =
      !recipe.notNull && pick(seed, `${label}?`, 4) === 0
        ? undefined
        : rows[recipe.spread === true ? taken.length % rows.length : pick(seed, label, rows.length)];
    return Object.fromEntries(
      columns.map((column, place) => [column, row?.[target.key[place] as string] ?? null]),
    );
  });
  return columns;
}

/** Of what content can say of its rows, what can be said of rows that are nobody's. */
const ORPHANED = [0, 1, 1, 4, 5];

export function drawPointed(
  recipe: PointedRecipe,
  label: string,
  names: Naming,
  people: People,
  table: DrawnTable,
  before: DrawnTable[],
): void {
  const children = before.filter((each) => each.part === undefined);
  if (children.length === 0 || table.key.length === 0) return;
  const child = at(children, recipe.child);
  const columns = refer(
    { ...recipe, notNull: false, spread: recipe.rows % 3 !== 0 },
    label,
    names,
    people,
    child,
    table,
  );
  for (const column of columns)
    if (!recipe.held) child.acknowledged[column] = { action: "null", personal: true };
  table.owners.push({
    recipe: { ...recipe, class: 0, rows: at(ORPHANED, recipe.rows) },
    owner: { by: "referenced_by", table: `${child.schema}.${child.name}`, columns },
  });
}

export function drawLink(
  recipe: LinkRecipe,
  index: number,
  names: Naming,
  people: People,
  table: DrawnTable,
  tables: DrawnTable[],
): void {
  const targets = tables.filter((each) => each.key.length > 0);
  if (targets.length === 0) return;
  const columns = refer(recipe, `link${index}`, names, people, table, at(targets, recipe.to));
  if (!recipe.acknowledged) return;
  for (const column of columns)
    table.acknowledged[column] = { action: "keep", reason: "what it does on delete is meant" };
}
