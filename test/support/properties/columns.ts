/** Columns of drawn tables: their types, the values that fill them, what an annotation may say of them. */
import type { ColumnRule } from "../../../generator/annotation/model.ts";
import { ident } from "../../../generator/quote.ts";
import type { ColumnRecipe } from "./recipe.ts";

export type Value = string | number | null;

interface Kind {
  /** `%` stands for the schema. */
  type: string;
  check?: string;
  /** The same value comes again and again. */
  repeats?: boolean;
  /** The n-th value: no two are the same, and texts hold the marker `mk<n>x`. */
  value(n: number): Value;
  /** What the column may become; the first suits a nullable one, the second one that is NOT NULL. */
  transforms: ColumnRule[];
}

const personal = { personal: true } as const;
const none: ColumnRule = { action: "null", ...personal };
const keep: ColumnRule = { action: "keep" };
const literal = (value: string | number): ColumnRule => ({ action: "literal", value, ...personal });
const template = (text: string): ColumnRule => ({ action: "template", template: text, ...personal });
const day = (n: number) => new Date(Date.UTC(1950, 2, 3) + n * 86_400_000 * 7).toISOString();

export const KINDS: Kind[] = [
  {
    type: "text",
    value: (n) => `mk${n}x`,
    transforms: [
      none,
      literal("gone"),
      template("gone_{key}"),
      keep,
      template("gone_{id}"),
      { action: "hash", ...personal },
      { action: "email", ...personal },
    ],
  },
  {
    type: "varchar(24)",
    value: (n) => `mk${n}x`,
    transforms: [
      none,
      literal("gone"),
      template("g_{key}"),
      keep,
      literal("no longer here, nor anywhere"),
      template("g_{id}"),
    ],
  },
  { type: "integer", value: (n) => 1000 + n, transforms: [none, literal(0), keep] },
  {
    type: "date",
    value: (n) => day(n).slice(0, 10),
    transforms: [none, { action: "truncate", to: "year", ...personal }, literal("1900-01-01"), keep],
  },
  {
    type: "timestamptz",
    value: (n) => day(n),
    transforms: [none, { action: "truncate", to: "month", ...personal }, keep],
  },
  {
    type: "inet",
    value: (n) => `10.${(n >> 8) % 256}.${n % 256}.7`,
    transforms: [none, { action: "truncate", to: "network", ...personal }, literal("0.0.0.0"), keep],
  },
  {
    type: "jsonb",
    value: (n) => JSON.stringify({ mail: `mk${n}x`, deep: { name: `mk${n}x` }, theme: "dark" }),
    transforms: [
      none,
      literal("{}"),
      { action: "json_remove", paths: [["mail"], ["deep", "name"]], ...personal },
      { action: "json_set", path: ["deep", "name"], value: "gone", ...personal },
      keep,
    ],
  },
  {
    type: "text[]",
    value: (n) => `{mk${n}x,mk${n}y}`,
    transforms: [none, { action: "empty_array", ...personal }, literal("{gone}"), keep],
  },
  {
    type: "%.mood",
    repeats: true,
    value: (n) => at(["calm", "glad"], n),
    transforms: [none, literal("none"), keep, literal("gone")],
  },
  {
    type: "%.label",
    value: (n) => `mk${n}x`,
    transforms: [none, literal("left"), literal("gone"), template("left_{key}"), keep],
  },
  {
    type: "varchar(24)",
    check: "<> 'gone'",
    value: (n) => `mk${n}x`,
    transforms: [none, template("left_{key}"), literal("gone"), literal("left"), keep],
  },
];

/** What the columns' types need. */
export function typesSql(schema: string): string {
  return [
    `create type ${ident(schema)}.mood as enum ('calm', 'glad', 'none');`,
    `create domain ${ident(schema)}.label as text check (value <> 'gone');`,
  ].join("\n");
}

export interface DrawnColumn {
  name: string;
  recipe: ColumnRecipe;
  kind: Kind;
  notNull: boolean;
  /** Computed from another text column. */
  from: string | null;
  rule: ColumnRule;
}

/** `unless` asks for the row's flag, which nothing changes. */
export function drawColumn(name: string, recipe: ColumnRecipe, before: DrawnColumn[]): DrawnColumn {
  const kind = at(KINDS, recipe.type);
  const source = before.find((each) => each.kind === KINDS[0] && each.from === null);
  const computed = recipe.type % 17 === 16 && source !== undefined;
  const rule: ColumnRule = computed && recipe.transform % 4 !== 0 ? keep : transformOf(kind, recipe);
  return {
    name,
    recipe,
    kind: computed ? (KINDS[0] as Kind) : kind,
    notNull: recipe.notNull && !computed,
    from: computed ? source.name : null,
    rule,
  };
}

export function transformOf(kind: Kind, recipe: ColumnRecipe): ColumnRule {
  const legal = recipe.notNull ? kind.transforms.slice(1) : kind.transforms;
  // One in ten doesn't care whether NULL fits.
  const rule = at(recipe.transform % 10 === 9 ? kind.transforms : legal, recipe.transform);
  return recipe.unless && rule.action !== "keep" && rule.action !== "todo"
    ? { ...rule, unless: "t.flag >= 2" }
    : rule;
}

export function columnSql(column: DrawnColumn, schema: string): string {
  const name = ident(column.name);
  if (column.from !== null) return `${name} text generated always as (upper(${ident(column.from)})) stored`;
  const check = column.kind.check === undefined ? "" : ` check (${name} ${column.kind.check})`;
  return `${name} ${column.kind.type.replace("%", ident(schema))}${column.notNull ? " not null" : ""}${check}`;
}

/** The choice that a drawn number stands for. */
export function at<T>(choices: readonly T[], n: number): T {
  return choices[n % choices.length] as T;
}

/** A number that depends on nothing but the seed and the place: the same row comes out whatever else is drawn. */
export function pick(seed: number, place: string, choices: number): number {
  let hash = seed + 0x9e3779b9;
  for (const char of place) hash = Math.imul(hash ^ char.charCodeAt(0), 0x85ebca6b) ^ (hash >>> 13);
  return (hash >>> 0) % choices;
}
