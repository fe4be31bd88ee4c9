/**
 * What a case is drawn from: small numbers and flags, of which every combination means a schema, an annotation and
 * data (`build.ts` says which). Numbers are taken modulo the choices there are, and 0 is the plainest, so that shrinking
 * a failure leads to the smallest schema that still fails. A recipe is plain JSON: a counterexample is kept as a file.
 */
import fc from "fast-check";

export interface ColumnRecipe {
  type: number;
  notNull: boolean;
  unique: number;
  transform: number;
  unless: boolean;
  /** On the subject: transformed at schedule, restored, under soft_delete too, secret, second factor. */
  timing: number;
}

/** One way in which rows belong to people, and the rule for it. */
export interface OwnerRecipe {
  kind: number;
  /** Which earlier table, for owners through a parent. */
  parent: number;
  onDelete: number;
  notNull: boolean;
  deferrable: boolean;
  /** SET DEFAULT in place of SET NULL. */
  toDefault: boolean;
  class: number;
  rows: number;
  where: boolean;
  option: number;
  ownColumns: boolean;
}

/** A foreign key between tables that no owner goes along. */
export interface LinkRecipe {
  to: number;
  onDelete: number;
  notNull: boolean;
  deferrable: boolean;
  /** SET DEFAULT in place of SET NULL. */
  toDefault: boolean;
  acknowledged: boolean;
}

/** Rows that an earlier table's rows point at, and that go once nothing does. */
export interface PointedRecipe {
  /** Which earlier table. */
  child: number;
  onDelete: number;
  deferrable: boolean;
  /** SET DEFAULT in place of SET NULL. */
  toDefault: boolean;
  /** Rows there that stay go on pointing. */
  held: boolean;
  rows: number;
  where: boolean;
  option: number;
  ownColumns: boolean;
}

export interface TableRecipe {
  key: number;
  partitions: number;
  schema: number;
  identity: boolean;
  columns: ColumnRecipe[];
  owners: OwnerRecipe[];
  links: LinkRecipe[];
  /** One number a row; what it points at is derived from it. */
  rows: number[];
  /** Not in the older of the kept cases. `only`: its rows have no other owner. */
  pointed?: { only: boolean; by: PointedRecipe[] } | null;
}

/** A second table of the same people. */
export interface PartRecipe {
  /** The owner is its key, or a unique column beside one. */
  own: boolean;
  onDelete: number;
  /** Some people have no such row. */
  fewer: number;
  columns: ColumnRecipe[];
}

export interface Recipe {
  names: number;
  keyType: number;
  people: number;
  strategies: number;
  /** What the people's row refers to in its own table. */
  self: number;
  columns: ColumnRecipe[];
  tables: TableRecipe[];
  option: boolean;
  /** Erasing in steps, as for people with very many rows. */
  steps: boolean;
  /** Everybody who leaves in one batch, or one after the other. */
  batch: boolean;
  /** Not in the older of the kept cases. */
  part?: PartRecipe | null;
}

/** Plain objects, which print as the JSON they are kept as. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true });

const small = fc.nat({ max: 59 });
const rarely = fc.integer({ min: 0, max: 3 }).map((n) => n === 3);

const column: fc.Arbitrary<ColumnRecipe> = record({
  type: small,
  notNull: fc.boolean(),
  unique: small,
  transform: small,
  unless: rarely,
  timing: small,
});

const owner: fc.Arbitrary<OwnerRecipe> = record({
  kind: small,
  parent: small,
  onDelete: small,
  notNull: fc.boolean(),
  deferrable: rarely,
  toDefault: rarely,
  class: small,
  rows: small,
  where: fc.integer({ min: 0, max: 9 }).map((n) => n === 9),
  option: small,
  ownColumns: rarely,
});

const link: fc.Arbitrary<LinkRecipe> = record({
  to: small,
  onDelete: small,
  notNull: rarely,
  deferrable: rarely,
  toDefault: rarely,
  acknowledged: fc.boolean(),
});

const pointed: fc.Arbitrary<PointedRecipe> = record({
  child: small,
  onDelete: small,
  deferrable: rarely,
  toDefault: rarely,
  held: rarely,
  rows: small,
  where: fc.integer({ min: 0, max: 9 }).map((n) => n === 9),
  option: small,
  ownColumns: rarely,
});

const table: fc.Arbitrary<TableRecipe> = record({
  key: small,
  partitions: small,
  schema: small,
  identity: rarely,
  columns: fc.array(column, { maxLength: 4 }),
  owners: fc.array(owner, { minLength: 1, maxLength: 2 }),
  links: fc.oneof(
    { weight: 2, arbitrary: fc.constant<LinkRecipe[]>([]) },
    { weight: 1, arbitrary: fc.array(link, { maxLength: 2 }) },
  ),
  rows: fc.array(fc.nat({ max: 9_999 }), { minLength: 1, maxLength: 8 }),
  pointed: fc.option(record({ only: fc.boolean(), by: fc.array(pointed, { minLength: 1, maxLength: 2 }) }), {
    freq: 2,
  }),
});

const part: fc.Arbitrary<PartRecipe> = record({
  own: fc.boolean(),
  onDelete: small,
  fewer: fc.nat({ max: 2 }),
  columns: fc.array(column, { minLength: 1, maxLength: 3 }),
});

export const recipes: fc.Arbitrary<Recipe> = record<Recipe>({
  names: small,
  keyType: small,
  people: fc.integer({ min: 3, max: 5 }),
  strategies: small,
  self: small,
  columns: fc.array(column, { minLength: 1, maxLength: 4 }),
  tables: fc.array(table, { minLength: 1, maxLength: 5 }),
  option: fc.boolean(),
  steps: fc.boolean(),
  batch: fc.boolean(),
  part: fc.option(part, { freq: 2 }),
});
