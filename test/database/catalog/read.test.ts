/** The reader against a real server: one rich schema and its golden, the same bytes on every version. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { parseCatalog, serializeCatalog } from "../../../generator/catalog/snapshot.ts";
import { useDatabase } from "../../support/database.ts";

const db = useDatabase("empty");

const schema = readFileSync(new URL("cases/rich.sql", import.meta.url), "utf8");
const golden = fileURLToPath(new URL("cases/rich.json", import.meta.url));

beforeAll(async () => {
  await db.sql.unsafe(schema);
});

test("a rich schema gives the golden snapshot, whatever the connection's settings", async () => {
  const text = serializeCatalog(await readCatalog(db.sql));
  await expect(text).toMatchFileSnapshot(golden);
  expect(parseCatalog(text, "rich.json")).toEqual(await readCatalog(db.sql));

  const odd = await db.connect({
    search_path: '"My Shop", app, public',
    datestyle: "SQL, DMY",
    intervalstyle: "iso_8601",
    timezone: "Asia/Tokyo",
    bytea_output: "escape",
    quote_all_identifiers: "on",
    standard_conforming_strings: "off",
    extra_float_digits: "-5",
  });
  expect(serializeCatalog(await readCatalog(odd))).toBe(text);
  const [row] = await odd`select current_setting('search_path') as search_path`;
  expect(row?.search_path).toBe('"My Shop", app, public');
});

test("a role without rights on the application reads the same", async () => {
  const reader = await db.as("pg_monitor");
  expect(await readCatalog(reader)).toEqual(await readCatalog(db.sql));
});

test("an application without tables is a catalog too", async () => {
  await db.sql`drop publication zebra, everything, of_shop`;
  await db.sql`drop schema app, "My Shop" cascade`;
  expect(await readCatalog(db.sql)).toEqual({ version: 1, tables: [], views: [] });
});
