/**
 * The reference interpreter: the class table of the design, read as plainly as it can be. It takes the annotation, the
 * catalog and the rows, and says what the rows are once a person has left. It knows nothing of plans, of SQL or of the
 * order of statements: rows are found first, then everything happens to them at once.
 */
import type {
  Annotation,
  ColumnRule,
  Rows,
  Rule,
  Strategy,
  SubjectAnnotation,
  TableAnnotation,
} from "../../../generator/annotation/model.ts";
import type { Catalog, Table } from "../../../generator/catalog/model.ts";
import { ident } from "../../../generator/quote.ts";
import type { Departure } from "./build.ts";
import { canonical, type Json, markersIn, type Row, type State } from "./state.ts";
import { transformed } from "./values.ts";

export interface World {
  annotation: Annotation;
  catalog: Catalog;
}

type Fate = Rows;
/** What one rule does to one row. */
interface Act {
  table: string;
  row: Row;
  rule: Rule;
  fate: Fate;
  columns: Record<string, ColumnRule>;
}

/** A rule that says one of these lets the foreign key take the row. */
const LEAVING: Fate[] = ["delete", "detach", "cascade"];

export class Interpreter {
  readonly world: World;
  readonly state: State;
  /** Markers of values that must be nowhere any more. */
  readonly erased: string[] = [];
  /** Rows that a foreign key changed or removed though no rule names them and nobody said that it is meant. */
  readonly strayed: string[] = [];

  constructor(world: World, state: State) {
    this.world = world;
    this.state = state;
  }

  /** Sessions go at once, and so do columns that the annotation transforms this early. */
  schedule(who: Departure): void {
    // The strategy has no say yet: what holds under all of them.
    const acts = this.acts({ ...who, strategy: "soft_delete" }).filter((act) => act.rule.class === "session");
    const subject = this.subject();
    const row = this.rowOf(who.person);
    if (row !== undefined)
      this.change(
        subject.name,
        row,
        pickColumns(subject.annotation.columns, (rule) => rule.at === "schedule"),
        who,
      );
    this.perform(acts, [], who);
  }

  execute(who: Departure): void {
    const acts = this.acts(who);
    const subject = this.subject();
    const row = this.rowOf(who.person);
    const gone: [string, Row][] = [];
    if (row !== undefined && who.strategy === "hard_delete") gone.push([subject.name, row]);
    else if (row !== undefined) this.change(subject.name, row, this.subjectColumns(who.strategy), who);
    this.perform(acts, gone, who);
  }

  /** What explain_deletion() has to say: rows by table and action. A row counts once for the strongest of equal rules. */
  counts(who: Departure): Record<string, number> {
    const counted: Record<string, number> = {};
    const add = (table: string, action: string, rows: number) => {
      const place = `${table} ${action}`;
      counted[place] = (counted[place] ?? 0) + rows;
    };
    const acts = this.acts(who);
    const deleted = new Set(acts.filter((act) => act.fate === "delete").map((act) => act.row));
    const told = new Map<string, Set<Row>>();
    for (const act of acts) {
      if (act.fate === "delete") continue;
      if (deleted.has(act.row) || act.fate === "keep" || act.fate === "cascade") continue;
      if (act.fate !== "transform") {
        add(act.table, act.fate === "detach" ? "detach" : "reassign", 1);
        continue;
      }
      // Two rules with the same columns do to a row what one of them does.
      const same = `${act.table} ${JSON.stringify(act.columns)}`;
      const rows = told.get(same) ?? new Set();
      told.set(same, rows);
      if (!rows.has(act.row) && this.differs(act, who)) add(act.table, "transform", 1);
      rows.add(act.row);
    }
    const places = new Map(acts.filter((act) => act.fate === "delete").map((act) => [act.row, act.table]));
    for (const table of places.values()) add(table, "delete", 1);
    const own = this.rowOf(who.person) === undefined ? 0 : 1;
    add(this.subject().name, who.strategy === "hard_delete" ? "delete" : "transform", own);
    return Object.fromEntries(Object.entries(counted).filter(([, rows]) => rows > 0));
  }

  /** Every rule with every row it names, for a person's request. */
  private acts(who: Departure): Act[] {
    return Object.entries(this.world.annotation.tables).flatMap(([table, annotation]) =>
      annotation.class !== "table"
        ? []
        : annotation.rules.flatMap((outer) => {
            const rule = effective(outer);
            const { fate, columns } = fateOf(annotation, rule, who.strategy);
            return this.owned(table, rule, who).map((row) => ({ table, row, rule, fate, columns }));
          }),
    );
  }

  private owned(table: string, rule: Rule, who: Departure): Row[] {
    if (rule.when !== undefined && who.options[rule.when] !== true) return [];
    if (rule.unless !== undefined && who.options[rule.unless] === true) return [];
    const rows = (this.state.get(table) ?? []).filter((row) => holds(rule.where, row));
    const { owner } = rule;
    switch (owner?.by) {
      case "column":
        return rows.filter((row) => same(row[owner.column], who.person));
      case "polymorphic":
        return rows.filter((row) => row[owner.type] === owner.value && same(row[owner.id], who.person));
      case "via": {
        const parent = this.world.annotation.tables[owner.table] as TableAnnotation;
        const rules = parent.rules.map(effective);
        // What stays takes nothing below it along, where another rule says whose the rows are.
        const going = rules.filter((each) => !this.staysWhole(each, who.strategy));
        const owning = going.length > 0 ? going : rules;
        const parents = owning.flatMap((each) => this.owned(owner.table, each, who));
        const { columns = [], references = [] } = owner;
        return rows.filter((row) =>
          parents.some((above) =>
            columns.every((name, place) => same(row[name], above[references[place] as string])),
          ),
        );
      }
      default:
        throw new Error(`the interpreter doesn't know an owner by ${owner?.by}`);
    }
  }

  /** Surviving rows change first, so that a reference that is detached no longer points at what goes. */
  private perform(acts: Act[], alsoGone: [string, Row][], who: Departure): void {
    const gone = new Map<Row, string>(alsoGone.map(([table, row]) => [row, table]));
    for (const act of acts) if (act.fate === "delete") gone.set(act.row, act.table);
    for (const act of acts.filter((each) => !gone.has(each.row))) {
      if (act.fate === "keep" || act.fate === "cascade") continue;
      this.change(act.table, act.row, act.columns, who);
      const { owner } = act.rule;
      if (act.fate === "detach" && owner?.by === "column") act.row[owner.column] = null;
      if (act.fate === "detach" && owner?.by === "polymorphic")
        act.row[owner.type] = act.row[owner.id] = null;
      if (typeof act.fate === "object" && "ghost" in act.fate.to && owner?.by === "column") {
        const heir = this.world.annotation.ghosts[act.fate.to.ghost]?.[this.subject().annotation.key] ?? null;
        // A column without a foreign key may hold the key as text.
        act.row[owner.column] = typeof act.row[owner.column] === "string" ? String(heir) : heir;
      }
    }
    const named = new Map(acts.map((act) => [act.row, act]));
    for (const [row, table] of gone) this.remove(table, row, named);
  }

  /** Takes a row out, and does what its foreign keys then do to others. */
  private remove(table: string, row: Row, named: Map<Row, Act>): void {
    const rows = this.state.get(table) ?? [];
    const place = rows.indexOf(row);
    if (place === -1) return;
    rows.splice(place, 1);
    this.erased.push(...markersIn(row));
    for (const child of this.tables())
      for (const fk of child.foreignKeys.filter((each) => each.references.table === table)) {
        if (fk.onDelete === "no action" || fk.onDelete === "restrict") continue;
        const pointing = (this.state.get(child.name) ?? []).filter((other) =>
          fk.columns.every((name, at) => same(other[name], row[fk.references.columns[at] as string])),
        );
        for (const other of pointing) {
          const act = named.get(other);
          const declared = act !== undefined && (fk.onDelete === "set null" || LEAVING.includes(act.fate));
          if (!declared && !this.isMeant(child.name, fk.columns))
            this.strayed.push(`${fk.onDelete} of ${fk.name} meets a row of ${child.name} that no rule names`);
          if (fk.onDelete === "cascade") this.remove(child.name, other, named);
          else for (const name of fk.onDeleteColumns ?? fk.columns) other[name] = null;
        }
      }
  }

  /** `keep("why")` on a referring column. */
  private isMeant(table: string, columns: string[]): boolean {
    const annotation = this.world.annotation.tables[table];
    if (annotation?.class !== "table" && annotation?.class !== "subject") return false;
    return columns.some((name) => {
      const rule = annotation.columns?.[name];
      return rule?.action === "keep" && rule.reason !== undefined;
    });
  }

  private change(table: string, row: Row, columns: Record<string, ColumnRule>, who: Departure): void {
    const before = { ...row };
    Object.assign(row, this.changes(table, row, columns, who));
    for (const column of this.table(table).columns)
      if (column.generated !== null) row[column.name] = generated(column.default ?? "", row);
    for (const name of Object.keys(before)) {
      const rule = columns[name];
      const personal = rule !== undefined && "personal" in rule && rule.personal;
      const left = markersIn(row[name]);
      if (personal) this.erased.push(...markersIn(before[name]).filter((each) => !left.includes(each)));
    }
  }

  private changes(table: string, row: Row, columns: Record<string, ColumnRule>, who: Departure): Row {
    const key = this.keyOf(table);
    return Object.fromEntries(
      Object.entries(columns).flatMap(([name, rule]) => {
        if (rule.action === "keep" || rule.action === "todo") return [];
        if (rule.unless !== undefined && holds(rule.unless, row)) return [];
        const type = this.table(table).columns.find((each) => each.name === name)?.baseType ?? "";
        const keys = { id: who.person, key: key === null ? null : String(row[key]) };
        return [[name, transformed(rule, row[name] ?? null, type, keys)]];
      }),
    );
  }

  private differs(act: Act, who: Departure): boolean {
    const changes = this.changes(act.table, act.row, act.columns, who);
    return Object.entries(changes).some(
      ([name, value]) => canonical(value) !== canonical(act.row[name] ?? null),
    );
  }

  /** What no strategy is asked for goes by what holds under all of them. */
  private staysWhole(rule: Rule, strategy: Strategy): boolean {
    if (strategy !== "soft_delete") return isWhole(rule, strategy);
    const { strategies } = this.world.annotation.lifecycle;
    const acting = strategies.filter((each) => each !== "soft_delete");
    const judged: Strategy[] = acting.length > 0 ? acting : ["anonymize", "hard_delete"];
    return judged.some((each) => isWhole(rule, each));
  }

  private subjectColumns(strategy: Strategy): Record<string, ColumnRule> {
    const { columns } = this.subject().annotation;
    return strategy === "anonymize"
      ? columns
      : pickColumns(
          columns,
          (rule) => rule.secret === true || rule.mfa === true || rule.onSoftDelete === true,
        );
  }

  private subject(): { name: string; annotation: SubjectAnnotation } {
    for (const [name, annotation] of Object.entries(this.world.annotation.tables))
      if (annotation.class === "subject") return { name, annotation };
    throw new Error("no subject");
  }

  private rowOf(person: string): Row | undefined {
    const { name, annotation } = this.subject();
    return this.state.get(name)?.find((row) => same(row[annotation.key], person));
  }

  private tables(): Table[] {
    return this.world.catalog.tables.filter((table) => table.partitionOf === null);
  }

  private table(name: string): Table {
    const table = this.world.catalog.tables.find((each) => each.name === name);
    if (table === undefined) throw new Error(`no table ${name}`);
    return table;
  }

  private keyOf(table: string): string | null {
    const key = this.table(table).indexes.find((index) => index.primary)?.columns;
    return key?.length === 1 ? (key[0] ?? null) : null;
  }
}

/** A blocker's rows are those of its `otherwise`, once nothing blocks. */
function effective(rule: Rule): Rule {
  if (rule.class !== "blocker") return rule;
  return rule.otherwise === undefined
    ? { class: "content", owner: rule.owner, rows: { anonymize: "keep", hard_delete: "keep" } }
    : { ...rule.otherwise, owner: rule.otherwise.owner ?? rule.owner };
}

/** One line of the class table. */
function fateOf(table: TableAnnotation, rule: Rule, strategy: Strategy) {
  const moved = moves(rowsOf(rule, strategy)) && table.rules.length > 1;
  const columns = rule.columns ?? (moved ? {} : (table.columns ?? {}));
  const changing = Object.values(columns).some((each) => each.action !== "keep" && each.action !== "todo");
  const fate = (what: Fate) => ({ fate: what, columns });
  switch (rule.class) {
    case "session":
      return fate("delete");
    case "credential":
    case "mfa":
      return fate(changing ? "transform" : "delete");
    case "retain":
      if (strategy === "soft_delete") return fate("keep");
      return fate(
        strategy === "hard_delete" && (rule.owner?.by === "column" || rule.owner?.by === "polymorphic")
          ? "detach"
          : "transform",
      );
    case "content":
      return fate(rowsOf(rule, strategy));
    default:
      return fate("keep");
  }
}

/** What a rule of content says of its rows. */
function rowsOf(rule: Rule, strategy: Strategy): Fate {
  if (rule.class !== "content" || strategy === "soft_delete") return "keep";
  const { rows } = rule;
  const whole = typeof rows === "string" || (rows !== undefined && "action" in rows) ? rows : undefined;
  const each = typeof rows === "object" && !("action" in rows) ? rows : {};
  if (strategy === "anonymize") return each.anonymize ?? whole ?? "transform";
  // The rows go, unless they are somebody else's too.
  const moved = whole === "detach" || whole === "cascade" || typeof whole === "object" ? whole : undefined;
  return each.hard_delete ?? moved ?? "delete";
}

function moves(rows: Fate): boolean {
  return rows === "detach" || typeof rows === "object";
}

/** Detached or handed over, nothing in it erased, and never deleted instead. */
function isWhole(rule: Rule, strategy: Strategy): boolean {
  const rows = rowsOf(rule, strategy);
  if (!moves(rows) || rule.columns !== undefined) return false;
  return typeof rows !== "object" || (rows.orElse !== "delete" && rows.onConflict !== "delete");
}

function pickColumns(
  columns: Record<string, ColumnRule>,
  wanted: (rule: Exclude<ColumnRule, { action: "keep" | "todo" }>) => boolean,
): Record<string, ColumnRule> {
  return Object.fromEntries(
    Object.entries(columns).filter(
      ([, rule]) => rule.action !== "keep" && rule.action !== "todo" && wanted(rule),
    ),
  );
}

/** Conditions are drawn from one kind. */
function holds(condition: string | undefined, row: Row): boolean {
  if (condition === undefined) return true;
  const match = /^t\.flag >= (\d+)$/.exec(condition);
  if (match === null) throw new Error(`the interpreter doesn't know the condition ${condition}`);
  return Number(row.flag) >= Number(match[1]);
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return a !== null && a !== undefined && b !== null && b !== undefined && String(a) === String(b);
}

/** Generated columns are drawn as upper(another). */
function generated(expression: string, row: Row): Json {
  const source = Object.keys(row).find((name) => expression === `upper(${ident(name)})`);
  if (source === undefined) throw new Error(`the interpreter doesn't know the expression ${expression}`);
  const value = row[source];
  return typeof value === "string" ? value.toUpperCase() : null;
}
