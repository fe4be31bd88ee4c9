/** Which tables a trigger's function writes rows into, as far as its text says. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { createDatabase, type Database } from "../../support/database.ts";

let db: Database;
beforeAll(async () => {
  db = await createDatabase("empty");
  await db.sql.unsafe("create table people (id bigint primary key, name text)");
});
afterAll(() => db.drop());

const writes = async (body: string): Promise<string[] | undefined> => {
  await db.sql.unsafe(`
    create or replace function note() returns trigger language plpgsql as $note$ begin ${body} return null; end $note$;
    create or replace trigger note after update on people for each row execute function note();`);
  return (await readCatalog(db.sql)).tables[0]?.triggers[0]?.writes;
};

test.each([
  ["new.name := old.name;", []],
  ["insert into people_history select old.*;", ["people_history"]],
  [
    "INSERT\n  INTO audit.log (row) values (to_jsonb(old)); insert into b values (1); insert into b values (2);",
    ["audit.log", "b"],
  ],
  ['insert into "Audit" . "Log" values (1);', ["audit.log"]],
  ["-- insert into elsewhere\n update people set name = null where false;", []],
  ["/* insert into elsewhere */ perform 1;", []],
  ["execute 'insert into ' || tg_argv[0] || ' values (1)';", []],
])("%s", async (body, tables) => {
  expect(await writes(body)).toEqual(tables);
});
