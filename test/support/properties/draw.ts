/** The tables that a recipe stands for: columns, keys, indexes, foreign keys, and what each row may point at. */
import type { ColumnRule, Owner } from "../../../generator/annotation/model.ts";
import { ident, qualified } from "../../../generator/quote.ts";
import { at, columnSql, type DrawnColumn, drawColumn, pick, type Value } from "./columns.ts";
import { type Naming, naming } from "./names.ts";
import type { LinkRecipe, OwnerRecipe, Recipe, TableRecipe } from "./recipe.ts";

type Row = Record<string, Value>;
export type Filled = Map<DrawnTable, Row[]>;
/** What a row's referring columns hold. `taken`: rows of the table that came before. */
type Refer = (seed: number, people: People, filled: Filled, taken: Row[]) => Row;

interface Drawn {
  name: string;
  columns: DrawnColumn[];
  /** What stands between the parentheses of CREATE TABLE, after them, and what follows. */
  lines: string[];
  suffix: string;
  after: string[];
}

export interface People extends Drawn {
  schema: string;
  key: string;
  keyType: string;
  keys: string[];
  self: string | null;
  ghost: Row;
}

export interface DrawnOwner {
  recipe: OwnerRecipe;
  owner: Owner;
}

export interface DrawnTable extends Drawn {
  recipe: TableRecipe;
  key: string[];
  owners: DrawnOwner[];
  acknowledged: Record<string, ColumnRule>;
  references: Refer[];
}

const KEY_TYPES = ["bigint", "uuid", "text"];
const ON_DELETE = ["no action", "cascade", "set null", "restrict"];
const GHOST = 99;

export function drawPeople(recipe: Recipe): People {
  const names = naming(recipe.names);
  const keyType = at(KEY_TYPES, recipe.keyType);
  const name = names.subject;
  const key = names.column("id", 90);
  const columns = drawColumns(recipe.columns, names);
  const self = recipe.self % 6 === 5 ? names.column("invited", 91) : null;
  return {
    schema: names.schema,
    name,
    key,
    keyType,
    keys: Array.from({ length: recipe.people }, (_, index) => keyOf(keyType, index + 1)),
    self,
    columns,
    ghost: {
      [key]: keyType === "bigint" ? GHOST : keyOf(keyType, GHOST),
      flag: 0,
      ...Object.fromEntries(
        columns
          .filter((each) => each.notNull)
          .map((each, index) => [each.name, each.kind.value(9_000 + index)]),
      ),
    },
    lines: [
      `${ident(key)} ${keyType} primary key`,
      "flag integer not null",
      ...columns.map(columnSql),
      ...(self === null
        ? []
        : [`${ident(self)} ${keyType} references ${qualified(names.schema, name)} on delete set null`]),
    ],
    suffix: "",
    after: [
      ...uniques(qualified(names.schema, name), columns, [], null),
      ...(self === null ? [] : [`create index on ${qualified(names.schema, name)} (${ident(self)});`]),
    ],
  };
}

function keyOf(type: string, n: number): string {
  if (type === "bigint") return String(n);
  return type === "uuid" ? `00000000-0000-4000-8000-${String(n).padStart(12, "0")}` : `person-${n}`;
}

export function drawTables(recipe: Recipe, people: People): DrawnTable[] {
  const tables: DrawnTable[] = [];
  const names = naming(recipe.names);
  recipe.tables.forEach((each, index) => {
    tables.push(drawTable(each, index, names, people, tables));
  });
  // Links may point at later tables too, so they come when all are there.
  for (const table of tables)
    table.recipe.links.forEach((each, index) => {
      drawLink(each, index, names, people, table, tables);
    });
  return tables;
}

function drawColumns(recipes: Recipe["columns"], names: Naming): DrawnColumn[] {
  const columns: DrawnColumn[] = [];
  recipes.forEach((each, index) => {
    columns.push(drawColumn(names.column("c", index), each, columns));
  });
  return columns;
}

function drawTable(
  recipe: TableRecipe,
  index: number,
  names: Naming,
  people: People,
  before: DrawnTable[],
): DrawnTable {
  const name = names.table(index);
  const partitions = recipe.partitions % 8 === 7 ? "list" : recipe.partitions % 8 === 6 ? "hash" : null;
  const [k1, k2] = [names.column("k", 80), names.column("part", 81)];
  // A partition's key is part of every unique index.
  const shape = partitions !== null ? 1 : recipe.key % 4;
  const key = shape === 3 ? [] : shape === 1 ? [k1, k2] : [k1];
  const where = qualified(people.schema, name);
  const columns = drawColumns(recipe.columns, names);
  const table: DrawnTable = {
    name,
    recipe,
    key,
    columns,
    owners: [],
    acknowledged: {},
    references: [],
    lines: [
      ...key.map((column, place) => `${ident(column)} ${place === 0 ? "bigint" : "integer"} not null`),
      "flag integer not null",
      // Always NULL: what is retained counts from the execution.
      "noted date",
      ...columns.map(columnSql),
      ...(key.length === 0 ? [] : [`primary key (${key.map(ident).join(", ")})`]),
    ],
    suffix: partitions === null ? "" : ` partition by ${partitions} (${ident(k2)})`,
    after: partitions === null ? [] : partitionsSql(people.schema, name, partitions),
  };
  recipe.owners.forEach((each, place) => {
    drawOwner(each, place, names, people, table, before);
  });
  const owner = table.owners[0]?.owner;
  const extra = partitions === null ? [] : [k2];
  table.after.push(...uniques(where, columns, extra, owner?.by === "column" ? owner.column : null));
  return table;
}

function partitionsSql(schema: string, name: string, by: string): string[] {
  return [0, 1].map((n) => {
    const values = by === "list" ? `in (${n})` : `with (modulus 2, remainder ${n})`;
    return `create table ${qualified(schema, `${name}_${n}`)} partition of ${qualified(schema, name)} for values ${values};`;
  });
}

/** Values are all different, so that every unique index can be made. */
function uniques(table: string, columns: DrawnColumn[], extra: string[], owner: string | null): string[] {
  return columns.flatMap((column) => {
    if (column.kind.type === "jsonb") return [];
    const name = [column.name, ...extra].map(ident).join(", ");
    switch (column.recipe.unique % 8) {
      case 5:
        return [`create unique index on ${table} (${name});`];
      case 6:
        return owner === null ? [] : [`create unique index on ${table} (${ident(owner)}, ${name});`];
      case 7:
        return [`create unique index on ${table} (${name}) where flag >= 2;`];
      default:
        return [];
    }
  });
}

function drawOwner(
  recipe: OwnerRecipe,
  place: number,
  names: Naming,
  people: People,
  table: DrawnTable,
  before: DrawnTable[],
): void {
  const parents = before.filter((each) => each.key.length > 0);
  const where = qualified(people.schema, table.name);
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
      table: `${people.schema}.${parent.name}`,
      columns,
      references: parent.key,
    };
    table.owners.push({ recipe, owner });
    return;
  }
  if (kind === 8) {
    // No foreign key, and the key as text.
    table.lines.push(`${ident(column)} text${recipe.notNull ? " not null" : ""}`);
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

function onDelete(recipe: { onDelete: number; notNull: boolean }): string {
  const action = at(ON_DELETE, recipe.onDelete);
  // SET NULL of a NOT NULL column can be declared; one in five of them is.
  return action === "set null" && recipe.notNull && recipe.onDelete % 5 !== 0 ? "no action" : action;
}

function deferral(recipe: { deferrable: boolean }): string {
  return recipe.deferrable ? " deferrable initially deferred" : "";
}

/** A foreign key to another drawn table; returns its columns. */
function refer(
  recipe: { onDelete: number; notNull: boolean; deferrable: boolean },
  label: string,
  names: Naming,
  people: People,
  table: DrawnTable,
  target: DrawnTable,
): string[] {
  const where = qualified(people.schema, table.name);
  const columns = target.key.map((_, place) => names.column(`${label}_`, place));
  const definition = columns.map(
    (column, place) =>
      `add column ${ident(column)} ${place === 0 ? "bigint" : "integer"}${recipe.notNull ? " not null" : ""}`,
  );
  const list = columns.map(ident).join(", ");
  table.after.push(
    `alter table ${where} ${definition.join(", ")};`,
    `alter table ${where} add foreign key (${list}) references ${qualified(people.schema, target.name)} on delete ${onDelete(recipe)}${deferral(recipe)};`,
    `create index on ${where} (${list});`,
  );
  table.references.push((seed, _people, filled) => {
    const rows = filled.get(target) ?? [];
    const row =
      !recipe.notNull && pick(seed, `${label}?`, 4) === 0 ? undefined : rows[pick(seed, label, rows.length)];
    return Object.fromEntries(
      columns.map((column, place) => [column, row?.[target.key[place] as string] ?? null]),
    );
  });
  return columns;
}

function drawLink(
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
