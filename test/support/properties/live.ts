/** Lives through the departures of a case, and compares the database with what the interpreter says after each. */
import type postgres from "postgres";
import { expect } from "vitest";
import type { Annotation } from "../../../generator/annotation/model.ts";
import type { Finding } from "../../../generator/errors.ts";
import { execute, executeDue, requestOf, schedule } from "../scenario.ts";
import type { Case, Departure } from "./build.ts";
import { Interpreter } from "./interpreter.ts";
import type { World } from "./owned-rows.ts";
import { ownTables, portrait, quoted, readState } from "./state.ts";

/** Returns how many rows went because nothing pointed at them any more. */
export async function live(
  sql: postgres.Sql,
  drawn: Case,
  world: World,
  findings: Finding[],
): Promise<number> {
  const tables = Object.keys(world.annotation.tables);
  const state = await readState(sql, tables);
  const interpreter = new Interpreter(world, state);
  const leaving = drawn.departures.filter((each) =>
    world.annotation.lifecycle.strategies.includes(each.strategy),
  );
  const rounds = drawn.batch ? [leaving] : leaving.map((each) => [each]);
  for (const round of rounds) {
    for (const who of round) {
      // Before there is a request, its options are the annotation's.
      const asked = { ...who, options: world.annotation.options };
      expect(await explained(sql, who), `explain ${who.strategy}`).toEqual(interpreter.counts(asked));
      await schedule(sql, who.person, { strategy: who.strategy, grace: "0", options: who.options });
      interpreter.schedule(who);
      expect(portrait(await readState(sql, tables)), `scheduled ${who.strategy}`).toEqual(
        portrait(interpreter.state),
      );
    }
    for (const who of round)
      expect(await explained(sql, who), `explain scheduled ${who.strategy}`).toEqual(interpreter.counts(who));
    if (drawn.batch) await executeTogether(sql, round);
    else for (const who of round) await executeAlone(sql, who);
    for (const together of inOrder(round)) {
      const pointedAt = together.map((who) => interpreter.pointedAt(who));
      for (const [at, who] of together.entries()) interpreter.execute(who, pointedAt[at]);
    }
    const names = round.map((who) => who.strategy).join(", ");
    expect(portrait(await readState(sql, tables)), `after ${names}`).toEqual(portrait(interpreter.state));
    // What the planner has warned of is known.
    if (!findings.some((each) => each.code === "L022")) expect(interpreter.strayed).toEqual([]);
    await expectGone(sql, interpreter, tables);
    await expectSound(sql, world);
    // The person's own rows are written each time, so that whoever holds one of them waits.
    const others = tables.filter((name) => !isPersons(world.annotation.tables[name]));
    for (const who of round) await expectSettled(sql, who, tables, others);
  }
  return interpreter.orphaned.length;
}

async function explained(sql: postgres.Sql, who: Departure): Promise<Record<string, number>> {
  const rows = await sql<{ place: string; rows: number }[]>`
    select e.table_name || ' ' || e.action as place, sum(e.rows)::integer as rows
    from lethe.explain_deletion(${who.person}, ${who.strategy}) e
    group by 1
    having sum(e.rows) > 0
  `;
  return Object.fromEntries(rows.map(({ place, rows: count }) => [place, count]));
}

async function executeAlone(sql: postgres.Sql, who: Departure): Promise<void> {
  for (let step = 0; step < 100; step++) if ((await execute(sql, who.person)) !== "executing") return;
  throw new Error(`${who.strategy} never comes to an end`);
}

async function executeTogether(sql: postgres.Sql, round: Departure[]): Promise<void> {
  await executeDue(sql);
  for (const who of round) {
    const request = await requestOf(sql, who.person);
    let { state } = request;
    for (let step = 0; step < 100 && state === "executing"; step++) {
      const [row] = await sql<{ state: string }[]>`select lethe.continue_deletion(${request.id}) as state`;
      state = row?.state ?? "";
    }
    const { last_error: error } = await requestOf(sql, who.person);
    if (error !== null) throw new Error(`"error": "${error}"`);
    expect({ strategy: who.strategy, state, error }).toEqual({
      strategy: who.strategy,
      state: "completed",
      error: null,
    });
  }
}

/** The order of a batch: those with the same strategy go together. */
function inOrder(round: Departure[]): Departure[][] {
  return ["soft_delete", "anonymize", "hard_delete"].map((strategy) =>
    round.filter((who) => who.strategy === strategy),
  );
}

/** No erased value is anywhere: not in the application's tables, not in Lethe's. */
async function expectGone(sql: postgres.Sql, interpreter: Interpreter, tables: string[]): Promise<void> {
  const text = `${JSON.stringify([...(await readState(sql, tables))]).toLowerCase()}\n${await ownTables(sql)}`;
  const present = new Set(text.match(/mk\d+[xy]/g));
  expect(interpreter.erased.filter((marker) => present.has(marker))).toEqual([]);
}

/** Every foreign key by a look of one's own: what a deferred or bypassed check missed would show here. */
async function expectSound(sql: postgres.Sql, { catalog }: World): Promise<void> {
  const probes = catalog.tables.flatMap((table) =>
    table.foreignKeys.map((fk) => {
      const on = fk.columns.map(
        (name, index) => `p.${quoted(fk.references.columns[index] as string)} = c.${quoted(name)}`,
      );
      const set = fk.columns.map((name) => `c.${quoted(name)} is not null`);
      const missing = `p.${quoted(fk.references.columns[0] as string)} is null`;
      return `select '${fk.name.replaceAll("'", "''")}' as name from ${quoted(table.name)} c left join ${quoted(fk.references.table)} p on ${on.join(" and ")} where ${[...set, missing].join(" and ")}`;
    }),
  );
  if (probes.length > 0) expect(await sql.unsafe(probes.join(" union all "))).toEqual([]);
}

function isPersons(table: Annotation["tables"][string] | undefined): boolean {
  return table?.class === "subject" || (table?.class === "table" && table.rules[0]?.class === "part");
}

/** A second run of the strategy finds nothing to do and changes no row but the person's own mark. */
async function expectSettled(
  sql: postgres.Sql,
  who: Departure,
  tables: string[],
  others: string[],
): Promise<void> {
  const [residue] = await sql.unsafe<{ left: string | null }[]>(
    `select lethe.${who.strategy}_residue(array[r.subject_id]) as left from lethe.deletion_request r where r.subject_id::text = $1`,
    [who.person],
  );
  expect(residue?.left).toBeNull();
  const before = portrait(await readState(sql, tables));
  const undo = new Error("undo");
  await sql
    .begin(async (tx) => {
      await tx`
        insert into lethe.running (subject_id)
        select subject_id from lethe.deletion_request where subject_id::text = ${who.person}
      `;
      const [request] = await tx<{ key: string }[]>`
        update lethe.deletion_request set state = 'executing'
        where subject_id::text = ${who.person}
        returning format('%L::%s', subject_id, (
          select format_type(a.atttypid, a.atttypmod)
          from pg_attribute a
          where a.attrelid = 'lethe.deletion_request'::regclass and a.attname = 'subject_id'
        )) as key
      `;
      await tx.unsafe(`call lethe.${who.strategy}(array[${request?.key}])`);
      const touched = await tx.unsafe(
        others
          .map(
            (name) =>
              `select tableoid::regclass::text as name from ${quoted(name)} where xmin = pg_current_xact_id()::xid`,
          )
          .join(" union all "),
      );
      expect(touched).toEqual([]);
      expect(portrait(await readState(tx as unknown as postgres.Sql, tables))).toEqual(before);
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
}
