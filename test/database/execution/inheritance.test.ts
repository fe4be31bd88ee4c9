/** Tables that inherit: their rows are rows of the table above, in statements, in chunks by ctid, and in the residue probe. */
import { describe, expect, test } from "vitest";
import { content, defineErasure, keep, pii, subject } from "../../../generator/index.ts";
import { erase, execute, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

describe.each([1, 1000])("heavy from %i rows on", (heavy) => {
  const db = useScenario(
    `create table people (id text primary key, email text unique);
     create table notes (id bigint primary key, person text references people, body text);
     create index on notes (person);
     create table voice_notes (transcript text) inherits (notes);
     create index on voice_notes (person);`,
    defineErasure({
      ...terms,
      tables: {
        people: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
        notes: content({ owner: "person", heavy, columns: { body: pii.null() } }),
        voice_notes: content({
          owner: "person",
          columns: { id: keep(), body: pii.null(), transcript: pii.null() },
        }),
      },
    }),
  );

  test.each(["anonymize", "hard_delete"])("%s", async (strategy) => {
    const [ada, bob] = [`ada ${strategy}`, `bob ${strategy}`];
    await db.sql`insert into people values (${ada}, ${ada}), (${bob}, ${bob})`;
    // The first row of each table has the same ctid: Ada's in one, Bob's in the other.
    await db.sql`truncate notes`;
    await db.sql`insert into notes values (1, ${ada}, 'a1'), (2, ${bob}, 'b1')`;
    await db.sql`insert into voice_notes values (1, ${bob}, 'b2', 'bt'), (2, ${ada}, 'a2', 'at')`;
    let state = await erase(db.sql, ada, { strategy });
    for (let step = 0; state === "executing" && step < 20; step++) state = await execute(db.sql, ada);
    expect(state).toBe("completed");
    const left = await db.sql`
      select n.person, n.body, v.transcript
      from notes n left join voice_notes v on v.tableoid = n.tableoid and v.id = n.id
      order by n.body nulls first, v.transcript`;
    const mine = left.filter((row) => row.person === ada);
    expect(mine).toEqual(
      strategy === "hard_delete" ? [] : [1, 2].map(() => ({ person: ada, body: null, transcript: null })),
    );
    expect(left.filter((row) => row.person === bob)).toEqual([
      { person: bob, body: "b1", transcript: null },
      { person: bob, body: "b2", transcript: "bt" },
    ]);
  });
});
