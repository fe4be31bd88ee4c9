/** From a recipe to a case: the schema's SQL, the annotation, the rows, and who leaves how. */
import type {
  Annotation,
  ColumnRule,
  Strategy,
  TableAnnotation,
} from "../../../generator/annotation/model.ts";
import { ident, literal, qualified } from "../../../generator/quote.ts";
import { at, type DrawnColumn, pick, transformOf, typesSql, type Value } from "./columns.ts";
import { type DrawnTable, drawPeople, drawTables, type People } from "./draw.ts";
import type { Recipe } from "./recipe.ts";
import { drawRule } from "./rules.ts";

export interface Departure {
  /** The key as text. */
  person: string;
  strategy: Strategy;
  options: Record<string, boolean>;
}

export interface Case {
  schema: string;
  /** Creates everything but Lethe, and fills it. */
  sql: string;
  annotation: Annotation;
  departures: Departure[];
  batch: boolean;
}

const STRATEGIES: Strategy[][] = [
  ["anonymize", "hard_delete", "soft_delete"],
  ["hard_delete"],
  ["anonymize"],
  ["soft_delete", "anonymize"],
  ["anonymize", "hard_delete"],
];

export function build(recipe: Recipe): Case {
  const people = drawPeople(recipe);
  const tables = drawTables(recipe, people);
  const strategies = at(STRATEGIES, recipe.strategies);
  return {
    schema: people.schema,
    sql: [schemaSql(people, tables), ...dataSql(people, tables)].join("\n"),
    annotation: annotate(recipe, people, tables, strategies),
    departures: strategies.map((strategy, index) => ({
      person: people.keys[index] as string,
      strategy,
      options: { thorough: recipe.option },
    })),
    batch: recipe.batch,
  };
}

function schemaSql(people: People, tables: DrawnTable[]): string {
  const created = [people, ...tables].map(
    (each) =>
      `create table ${qualified(each.schema, each.name)} (\n  ${each.lines.join(",\n  ")}\n)${each.suffix};`,
  );
  return [
    `create schema ${ident(people.schema)};`,
    `create schema "Second Space";`,
    typesSql(people.schema),
    ...created,
    ...[people, ...tables].flatMap((each) => each.after),
  ].join("\n");
}

/** Foreign keys are switched off while the rows come in, for they may go round in a circle; each points at a row. */
function dataSql(people: People, tables: DrawnTable[]): string[] {
  const filled = new Map<DrawnTable, Record<string, Value>[]>();
  let next = 0;
  const values = (columns: DrawnColumn[], seed: number): Record<string, Value> =>
    Object.fromEntries(
      columns
        .filter((column) => column.from === null)
        .map((column, index) => {
          next++;
          const empty = !column.notNull && pick(seed, `${column.name}${index}`, 5) === 0;
          return [column.name, empty ? null : column.kind.value(next)];
        }),
    );
  const persons = people.keys.map((key, index) => ({
    [people.key]: key,
    flag: index % 4,
    ...(people.self === null ? {} : { [people.self]: people.keys[(index + 1) % people.keys.length] ?? null }),
    ...values(people.columns, index),
  }));
  for (const table of tables)
    filled.set(
      table,
      table.recipe.rows.map((seed, row) => ({
        ...Object.fromEntries(table.key.map((column, place) => [column, place === 0 ? row + 1 : seed % 2])),
        flag: pick(seed, "flag", 4),
        noted: null,
        ...values(table.columns, seed),
      })),
    );
  for (const table of tables) {
    const rows = filled.get(table) ?? [];
    rows.forEach((row, index) => {
      const seed = (table.recipe.rows[index] as number) + index;
      const taken = rows.slice(0, index);
      for (const reference of table.references) Object.assign(row, reference(seed, people, filled, taken));
    });
  }
  const inserts = [people, ...tables].flatMap((table) => {
    const rows = "recipe" in table ? (filled.get(table) ?? []) : persons;
    return rows.map(
      (row) =>
        `insert into ${qualified(table.schema, table.name)} (${Object.keys(row).map(ident).join(", ")})${"identity" in table && table.identity ? " overriding system value" : ""} values (${Object.values(row).map(literal).join(", ")});`,
    );
  });
  return ["set session_replication_role = replica;", ...inserts, "reset session_replication_role;"];
}

function annotate(recipe: Recipe, people: People, tables: DrawnTable[], strategies: Strategy[]): Annotation {
  return {
    schema: "lethe",
    lifecycle: {
      strategies,
      gracePeriod: "14 days",
      cancelCooldown: "24 hours",
      drift: "refuse",
      effectAttempts: 25,
      payloadRetention: "90 days",
      window: null,
      requestAttempts: 20,
    },
    options: { thorough: false },
    access: {
      currentUser: `nullif(current_setting('app.user_id', true), '')::${people.keyType}`,
      app: ["app_user"],
      admin: ["app_admin"],
      worker: ["app_worker"],
      searchPath: [people.schema],
    },
    groups: {},
    steps: {},
    ghosts: { gone: people.ghost },
    effects: {},
    tables: {
      [`${people.schema}.${people.name}`]: {
        class: "subject",
        key: people.key,
        columns: {
          [people.key]: { action: "keep" },
          flag: { action: "keep" },
          ...(people.self === null ? {} : { [people.self]: { action: "keep", reason: "set null is meant" } }),
          ...Object.fromEntries(people.columns.map((column) => [column.name, subjectRule(column)])),
        },
      },
      ...Object.fromEntries(
        tables.map((table) => [`${table.schema}.${table.name}`, tableAnnotation(recipe, table)]),
      ),
    },
  };
}

function subjectRule({ rule, recipe }: DrawnColumn): ColumnRule {
  if (rule.action === "keep" || rule.action === "todo") return rule;
  const named =
    rule.action === "template" ? { ...rule, template: rule.template.replace("{key}", "{id}") } : rule;
  switch (recipe.timing % 10) {
    case 5:
      return { ...named, at: "schedule" };
    case 6:
      return { ...named, at: "schedule", restore: true };
    case 7:
      return { ...named, onSoftDelete: true };
    case 8:
      return { ...named, secret: true };
    case 9:
      return { ...named, secret: true, mfa: true };
    default:
      return named;
  }
}

/** What a rule with columns of its own may say of them in place of what the table says. */
function otherRules(table: DrawnTable, shift: number): Record<string, ColumnRule> {
  return Object.fromEntries(
    table.columns
      .filter((column) => shift > 0 && column.from === null)
      .map(({ name, kind, recipe }) => [
        name,
        transformOf(kind, { ...recipe, transform: recipe.transform + shift }),
      ]),
  );
}

function tableAnnotation(recipe: Recipe, table: DrawnTable): TableAnnotation {
  const columns: Record<string, ColumnRule> = {
    flag: { action: "keep" },
    noted: { action: "keep" },
    ...Object.fromEntries(
      table.columns.map((column) => [
        column.name,
        table.part === undefined ? column.rule : subjectRule(column),
      ]),
    ),
    ...table.acknowledged,
  };
  return {
    class: "table",
    columns,
    rules:
      table.part !== undefined
        ? [{ class: "part", owner: { by: "column", column: table.part } }]
        : table.owners.map((owner) =>
            drawRule(recipe, owner, { ...columns, ...otherRules(table, owner.recipe.rows % 4) }),
          ),
  };
}
