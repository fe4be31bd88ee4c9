/**
 * A catalog in a few lines, for tests of the planner:
 * `table("comments", { id: "uuid pk", author_id: "uuid not null index -> users cascade", body: "varchar(200)" })`.
 */
import type {
  Catalog,
  Check,
  Column,
  ForeignKey,
  Index,
  Policy,
  Table,
  Trigger,
  View,
} from "../../../generator/catalog/model.ts";

export interface Extra {
  columns?: Record<string, Partial<Column>>;
  indexes?: (Partial<Index> & { columns: Index["columns"] })[];
  foreignKeys?: (Partial<ForeignKey> & Pick<ForeignKey, "columns" | "references">)[];
  checks?: Check[];
  triggers?: (Partial<Trigger> & Pick<Trigger, "name" | "events">)[];
  policies?: (Partial<Policy> & { name: string })[];
  rowSecurity?: Table["rowSecurity"];
  kind?: Table["kind"];
  publications?: string[];
  replicaIdentity?: Table["replicaIdentity"];
  partitionOf?: string;
  inherits?: string[];
}

export function catalog(tables: Table[], views: (string | Partial<View>)[] = []): Catalog {
  return {
    version: 1,
    tables: [...tables].sort((a, b) => (a.name < b.name ? -1 : 1)),
    views: views.map((each): View => {
      const { view = "", ...more } = typeof each === "string" ? { view: each } : each;
      return {
        name: `public.${view}`,
        schema: "public",
        view,
        materialized: false,
        securityInvoker: false,
        reads: [],
        ...more,
      };
    }),
  };
}

/** Each column: `type [pk] [unique] [not null] [index] [generated] [identity] [-> table[.column] [cascade | set null …]]`. */
export function table(name: string, columns: Record<string, string>, extra: Extra = {}): Table {
  const specs = Object.entries(columns).map(([column, text]) => ({ column, ...parse(text) }));
  const primary = specs.filter((spec) => spec.flags.has("pk")).map((spec) => spec.column);
  const single = (flag: string, unique: boolean) =>
    specs
      .filter((spec) => spec.flags.has(flag))
      .map((spec) => index(name, { columns: [spec.column], unique }));
  const qualified = name.includes(".") ? name : `public.${name}`;
  const [schema, bare] = qualified.split(".") as [string, string];
  return {
    name: qualified,
    schema,
    table: bare,
    kind: extra.kind ?? "table",
    columns: specs.map((spec) => ({ ...columnOf(spec), ...extra.columns?.[spec.column] })),
    indexes: [
      ...(primary.length > 0
        ? [index(name, { name: `${bare}_pkey`, columns: primary, unique: true, primary: true })]
        : []),
      ...single("unique", true),
      ...single("index", false),
      ...(extra.indexes ?? []).map((each) => index(name, each)),
    ],
    foreignKeys: [
      ...specs.flatMap((spec) =>
        spec.reference === null ? [] : [foreignKey(bare, spec.column, spec.reference)],
      ),
      ...(extra.foreignKeys ?? []).map((each) => ({ ...foreignKeyDefaults(`${bare}_fkey`), ...each })),
    ],
    checks: extra.checks ?? [],
    triggers: (extra.triggers ?? []).map(trigger),
    policies: (extra.policies ?? []).map(policy),
    rowSecurity: extra.rowSecurity ?? "off",
    partitionOf: extra.partitionOf ?? null,
    partitionKey: null,
    inherits: extra.inherits ?? [],
    replicaIdentity: extra.replicaIdentity ?? "default",
    publications: extra.publications ?? [],
  };
}

const FLAGS = ["pk", "unique", "not null", "index", "generated", "identity"];
const ALIASES: Record<string, string> = {
  int: "integer",
  varchar: "character varying",
  char: "character",
  timestamptz: "timestamp with time zone",
};

interface Spec {
  column: string;
  type: string;
  flags: Set<string>;
  reference: string | null;
}

function parse(text: string): Omit<Spec, "column"> {
  const [left = "", reference = null] = text.split(" -> ");
  const flags = new Set<string>();
  let type = left.trim();
  for (let found: string | undefined = ""; found !== undefined; ) {
    found = FLAGS.find((flag) => type.endsWith(` ${flag}`));
    if (found === undefined) break;
    flags.add(found);
    type = type.slice(0, -found.length - 1);
  }
  return { type, flags, reference };
}

function columnOf({ column, type, flags }: Spec): Column {
  const [, word = type, size] = /^(\w+)\(([^)]*)\)$/.exec(type) ?? [];
  const labels = word === "enum" ? (size ?? "").split("|") : null;
  const baseType = labels ? "public.label" : (ALIASES[word] ?? word);
  const sized = size !== undefined && labels === null;
  return {
    name: column,
    type: sized ? `${baseType}(${size})` : baseType,
    baseType,
    notNull: flags.has("not null") || flags.has("pk"),
    default: null,
    generated: flags.has("generated") ? "stored" : null,
    identity: flags.has("identity") ? "always" : null,
    maxLength: sized && baseType.startsWith("character") ? Number(size) : null,
    enumLabels: labels,
    domain: null,
  };
}

function index(on: string, each: Partial<Index> & { columns: Index["columns"] }): Index {
  const { columns } = each;
  return {
    name: `${on}_${columns.map((column) => column ?? "expr").join("_")}_idx`,
    unique: false,
    primary: false,
    method: "btree",
    expressions: [],
    predicate: null,
    nullsNotDistinct: false,
    deferrable: false,
    valid: true,
    ...each,
  };
}

function foreignKeyDefaults(name: string) {
  return {
    name,
    onDelete: "no action",
    onDeleteColumns: null,
    onUpdate: "no action",
    deferrable: false,
    initiallyDeferred: false,
  } as const;
}

function foreignKey(on: string, column: string, reference: string): ForeignKey {
  const [, target = reference, action] = /^(\S+)(?: (.+))?$/.exec(reference) ?? [];
  const [name = target, key = "id"] = target.split("/");
  return {
    ...foreignKeyDefaults(`${on}_${column}_fkey`),
    columns: [column],
    references: { table: name.includes(".") ? name : `public.${name}`, columns: [key] },
    onDelete: (action ?? "no action") as ForeignKey["onDelete"],
  };
}

function trigger(each: Partial<Trigger> & Pick<Trigger, "name" | "events">): Trigger {
  return {
    timing: "before",
    updateOf: [],
    level: "row",
    function: `public.${each.name}`,
    functionHash: "0".repeat(64),
    writes: [],
    enabled: true,
    when: null,
    ...each,
  };
}

function policy(each: Partial<Policy> & { name: string }): Policy {
  return { permissive: true, command: "all", roles: ["public"], using: "true", check: null, ...each };
}
