/** The tables that a recipe stands for: columns, keys, indexes, foreign keys, and what each row may point at. */
import type { ColumnRule, Owner } from "../../../generator/annotation/model.ts";
import { ident, qualified } from "../../../generator/quote.ts";
import { at, columnSql, type DrawnColumn, drawColumn, type Value } from "./columns.ts";
import { type Naming, naming } from "./names.ts";
import type { OwnerRecipe, PartRecipe, Recipe, TableRecipe } from "./recipe.ts";
import { drawLink, drawOwner, drawPointed } from "./references.ts";

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
  recipe: Pick<OwnerRecipe, "class" | "rows" | "where" | "option" | "ownColumns">;
  owner: Owner;
}

export interface DrawnTable extends Drawn {
  schema: string;
  /** The key's values come from the database, unless one insists. */
  identity: boolean;
  recipe: TableRecipe;
  key: string[];
  owners: DrawnOwner[];
  acknowledged: Record<string, ColumnRule>;
  /** The column that holds the person's key, where the table is the person too. */
  part?: string;
  references: Refer[];
}

const KEY_TYPES = ["bigint", "uuid", "text", "smallint", "varchar(24)", "char(8)"];
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
      [key]: isNumber(keyType) ? GHOST : keyOf(keyType, GHOST),
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
      ...columns.map((column) => columnSql(column, names.schema)),
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

/** One row a person at most; the rows come in the order of the people. */
function drawPart(recipe: PartRecipe, names: Naming, people: People): DrawnTable {
  const [name, owner, own] = [names.column("profile", 1), names.column("person", 95), names.column("k", 80)];
  const where = qualified(people.schema, name);
  const columns = drawColumns(recipe.columns, names);
  const key = recipe.own ? [] : [own];
  const rows = people.keys.slice(recipe.fewer).map((_, index) => index);
  const action = at(["cascade", "no action", "restrict"], recipe.onDelete);
  return {
    schema: people.schema,
    name,
    identity: false,
    recipe: {
      key: 0,
      partitions: 0,
      schema: 0,
      identity: false,
      columns: recipe.columns,
      owners: [],
      links: [],
      rows,
    },
    part: owner,
    key,
    columns,
    owners: [],
    acknowledged: {},
    references: [(_seed, _people, _filled, taken) => ({ [owner]: people.keys[taken.length] ?? null })],
    lines: [
      ...key.map((column) => `${ident(column)} bigint primary key`),
      `${ident(owner)} ${people.keyType} ${recipe.own ? "primary key" : "not null unique"} references ${qualified(people.schema, people.name)} on delete ${action}`,
      "flag integer not null",
      "noted date",
      ...columns.map((column) => columnSql(column, people.schema)),
    ],
    suffix: "",
    after: uniques(where, columns, [], owner),
  };
}

function isNumber(type: string): boolean {
  return type === "bigint" || type === "smallint";
}

function keyOf(type: string, n: number): string {
  if (isNumber(type)) return String(n);
  // As long as the type: PostgreSQL would pad a shorter one with blanks.
  if (type === "char(8)") return `p${String(n).padStart(7, "0")}`;
  return type === "uuid" ? `00000000-0000-4000-8000-${String(n).padStart(12, "0")}` : `person-${n}`;
}

export function drawTables(recipe: Recipe, people: People): DrawnTable[] {
  const tables: DrawnTable[] = [];
  const names = naming(recipe.names);
  if (recipe.part) tables.push(drawPart(recipe.part, names, people));
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
  const schema = recipe.schema % 4 === 3 ? names.other : people.schema;
  const identity = recipe.identity && key.length === 1;
  const where = qualified(schema, name);
  const columns = drawColumns(recipe.columns, names);
  const table: DrawnTable = {
    schema,
    identity,
    name,
    recipe,
    key,
    columns,
    owners: [],
    acknowledged: {},
    references: [],
    lines: [
      ...key.map(
        (column, place) =>
          `${ident(column)} ${place === 0 ? "bigint" : "integer"} not null${identity ? " generated always as identity" : ""}`,
      ),
      "flag integer not null",
      // Always NULL: what is retained counts from the execution.
      "noted date",
      ...columns.map((column) => columnSql(column, people.schema)),
      ...(key.length === 0 ? [] : [`primary key (${key.map(ident).join(", ")})`]),
    ],
    suffix: partitions === null ? "" : ` partition by ${partitions} (${ident(k2)})`,
    after: partitions === null ? [] : partitionsSql(schema, name, partitions),
  };
  recipe.pointed?.by.forEach((each, place) => {
    drawPointed(each, `up${index}_${place}_`, names, people, table, before);
  });
  if (table.owners.length === 0 || recipe.pointed?.only !== true)
    recipe.owners.forEach((each, place) => {
      drawOwner(each, place, names, people, table, before);
    });
  const owner = table.owners.find((each) => each.owner.by === "column")?.owner;
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
    if (column.kind.repeats === true || column.kind.type === "jsonb") return [];
    const name = [column.name, ...extra].map(ident).join(", ");
    const isText = column.kind.type === "text" || column.kind.type.startsWith("varchar");
    switch (column.recipe.unique % 8) {
      case 4:
        return isText && extra.length === 0 ? [`create unique index on ${table} (lower(${name}));`] : [];
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
