/**
 * The reference interpreter: the class table of the design, read as plainly as it can be. It takes the annotation, the
 * catalog and the rows, and says what the rows are once a person has left. It knows nothing of plans, of SQL or of the
 * order of statements: rows are found first, then everything happens to them at once.
 */
import type { ColumnRule, SubjectAnnotation } from "../../../generator/annotation/model.ts";
import type { Table } from "../../../generator/catalog/model.ts";
import type { Departure } from "./build.ts";
import { type Act, effective, type Fate, fateOf, ofPerson, settled, strongest } from "./fates.ts";
import { claimedRows, ownedRows, type World } from "./owned-rows.ts";
import { generated, holds, pickColumns, same } from "./rows.ts";
import { canonical, markersIn, type Row, type State } from "./state.ts";
import { transformed } from "./values.ts";

/** A rule that says one of these lets the foreign key take the row. */
const LEAVING: Fate[] = ["delete", "detach", "cascade"];

export class Interpreter {
  readonly world: World;
  readonly state: State;
  /** Markers of values that must be nowhere any more. */
  readonly erased: string[] = [];
  /** Rows that a foreign key changed or removed though no rule names them and nobody said that it is meant. */
  readonly strayed: string[] = [];
  /** What became of rows that only theirs pointed at. */
  readonly orphaned: { table: string; fate: "delete" | "transform" }[] = [];

  /** Everybody who has ever been there: rows may bear the name of somebody who has gone. */
  private readonly people: string[];

  constructor(world: World, state: State, people?: string[]) {
    this.world = world;
    this.state = state;
    const { name, annotation } = this.subject();
    this.people = people ?? (state.get(name) ?? []).map((row) => String(row[annotation.key]));
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
    for (const act of this.acts({ ...who, strategy: "anonymize" }))
      if (act.rule.class === "part")
        this.change(
          act.table,
          act.row,
          pickColumns(act.columns, (rule) => rule.at === "schedule"),
          who,
        );
    this.perform(acts, [], who);
  }

  /** What theirs point at, of rows that are nobody else's: written down before anything is done for whoever leaves at once. */
  pointedAt(who: Departure): Act[] {
    const ghosts = Object.values(this.world.annotation.ghosts).map(
      (each) => each[this.subject().annotation.key],
    );
    const others = this.people.filter(
      (each) => !same(each, who.person) && !ghosts.some((key) => same(key ?? null, each)),
    );
    const claimed = (table: string) =>
      new Set(others.flatMap((person) => claimedRows(this, table, { ...who, person })));
    return this.acts(who, true).filter((act) => !claimed(act.table).has(act.row));
  }

  execute(who: Departure, pointedAt = this.pointedAt(who)): void {
    const acts = this.acts(who);
    const subject = this.subject();
    const row = this.rowOf(who.person);
    const gone: [string, Row][] = [];
    if (row !== undefined && who.strategy === "hard_delete") gone.push([subject.name, row]);
    else if (row !== undefined)
      this.change(subject.name, row, ofPerson(subject.annotation.columns, who.strategy), who);
    this.perform(acts, gone, who);
    this.takeOrphans(pointedAt, acts, who);
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
      if (!rows.has(act.row) && this.differs({ ...act, columns: settled(act, acts) }, who))
        add(act.table, "transform", 1);
      rows.add(act.row);
    }
    const places = new Map(acts.filter((act) => act.fate === "delete").map((act) => [act.row, act.table]));
    for (const table of places.values()) add(table, "delete", 1);
    // Which rows nothing will point at any more is seen by trying it.
    const trial = new Interpreter(this.world, structuredClone(this.state), this.people);
    trial.execute(who);
    for (const { table, fate } of trial.orphaned) add(table, fate, 1);
    const own = this.rowOf(who.person) === undefined ? 0 : 1;
    add(this.subject().name, who.strategy === "hard_delete" ? "delete" : "transform", own);
    return Object.fromEntries(Object.entries(counted).filter(([, rows]) => rows > 0));
  }

  /** Every rule with every row it names, for a person's request; or, `pointedAt`, those for rows of nobody's own. */
  private acts(who: Departure, pointedAt = false): Act[] {
    return Object.entries(this.world.annotation.tables).flatMap(([table, annotation]) =>
      annotation.class !== "table"
        ? []
        : annotation.rules.flatMap((outer) => {
            const rule = effective(outer);
            if ((rule.owner?.by === "referenced_by") !== pointedAt) return [];
            const { fate, columns } = fateOf(annotation, rule, who.strategy);
            return ownedRows(this, table, rule, who).map((row) => ({ table, row, rule, fate, columns }));
          }),
    );
  }

  /** Surviving rows change first, so that a reference that is detached no longer points at what goes. */
  private perform(acts: Act[], alsoGone: [string, Row][], who: Departure): void {
    const gone = new Map<Row, string>(alsoGone.map(([table, row]) => [row, table]));
    for (const act of acts) if (act.fate === "delete") gone.set(act.row, act.table);
    for (const act of acts.filter((each) => !gone.has(each.row))) {
      if (act.fate === "keep" || act.fate === "cascade") continue;
      this.change(act.table, act.row, settled(act, acts), who);
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
    const named = new Map<Row, Act[]>();
    for (const act of acts) named.set(act.row, [...(named.get(act.row) ?? []), act]);
    for (const [row, table] of gone) this.remove(table, row, named);
  }

  /** A foreign key may take such a row along with what pointed at it, if that is meant; it was named all the same. */
  private countTaken(pointedAt: Act[], own: Act[]): void {
    const told = new Set(own.filter((act) => act.fate === "delete").map((act) => act.row));
    const taken = pointedAt.filter(
      (act) => act.fate === "delete" && !told.has(act.row) && !this.isThere(act),
    );
    for (const [, { table }] of new Map(taken.map((act) => [act.row, act])))
      this.orphaned.push({ table, fate: "delete" });
  }

  /** Of what theirs pointed at: what nothing points at now, the pointing tables' own such rows first. */
  private takeOrphans(pointedAt: Act[], own: Act[], who: Departure): void {
    this.countTaken(pointedAt, own);
    for (const table of new Set(pointedAt.map((act) => act.table))) {
      const acts = pointedAt.filter((act) => act.table === table);
      const free = (fate: Fate) =>
        acts.filter((act) => act.fate === fate && this.isThere(act) && !this.isPointedAt(act));
      for (let going = free("delete"); going.length > 0; going = free("delete"))
        for (const row of new Set(going.map((act) => act.row))) {
          this.orphaned.push({ table, fate: "delete" });
          this.remove(table, row, new Map());
        }
      const changing = free("transform");
      const stronger = own.filter((act) => act.fate === "transform");
      for (const free of changing) {
        const act = { ...free, columns: settled(free, changing, stronger) };
        if (this.differs(act, who)) this.orphaned.push({ table, fate: "transform" });
        this.change(table, act.row, act.columns, who);
      }
    }
  }

  private isThere({ table, row }: Act): boolean {
    return this.state.get(table)?.includes(row) === true;
  }

  private isPointedAt({ table, row }: Act): boolean {
    return this.tables().some((child) =>
      child.foreignKeys
        .filter((fk) => fk.references.table === table)
        .some((fk) =>
          (this.state.get(child.name) ?? []).some((other) =>
            fk.columns.every((name, at) => same(other[name], row[fk.references.columns[at] as string])),
          ),
        ),
    );
  }

  /** Takes a row out, and does what its foreign keys then do to others. */
  private remove(table: string, row: Row, named: Map<Row, Act[]>): void {
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
          const fate = strongest((named.get(other) ?? []).map((act) => act.fate));
          const declared = fate !== undefined && (fk.onDelete !== "cascade" || LEAVING.includes(fate));
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
