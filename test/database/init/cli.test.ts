/** `lethe init` and `lethe sync` as a person runs them, on a database that changes between the two. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { applicationFolder, root } from "../../generator/edit/package.ts";
import { lethe as runLethe } from "../../support/cli.ts";
import { useDatabase } from "../../support/database.ts";

const db = useDatabase("reference");
const folder = applicationFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const lethe = (...args: string[]) => runLethe(folder, args, db.url);

const config = join(folder, "lethe.schema.ts");
const snapshot = join(folder, "lethe.catalog.json");
const read = (file: string) => readFileSync(file, "utf8");

test("init without a subject, or with one that isn't there", async () => {
  expect(await lethe("init")).toMatchObject({ code: 2, out: "" });
  const { code, err } = await lethe("init", "--subject", "people");
  expect(code).toBe(2);
  expect(err).toMatch(/^lethe: there is no table people\n.*--subject public\.users/);
  expect(existsSync(config) || existsSync(snapshot)).toBe(false);
});

test("init writes both files, without what is Lethe's own", async () => {
  const { code, out, err } = await lethe("init", "--subject", "public.users");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(
    /^wrote lethe\.schema\.ts and lethe\.catalog\.json\npeople are the rows of public\.users, known by id\n/,
  );
  expect(read(snapshot)).toBe(read(join(root, "lethe.catalog.json")));
  expect(read(config)).toBe(read(join(root, "test/database/init/cases/reference/expected.ts")));
  const check = await lethe("check");
  expect(check.code).toBe(0);
  expect(check.out).toMatch(/\n3 warnings\n$/);
});

test("init overwrites only when told to", async () => {
  writeFileSync(config, `${read(config)}// mine\n`);
  const refused = await lethe("init", "--subject", "users");
  expect(refused).toMatchObject({ code: 2, out: "" });
  expect(refused.err).toMatch(/there is an annotation file lethe\.schema\.ts already\n.*lethe sync.*--force/);
  expect(read(config)).toMatch(/\/\/ mine\n$/);
  expect((await lethe("init", "--subject", "users", "--force")).code).toBe(0);
  expect(read(config)).not.toMatch(/\/\/ mine\n$/);
});

test("sync adds what is new and marks what is gone", async () => {
  await db.sql`alter table comments add column mood text`;
  await db.sql`create table pets (id uuid primary key, owner_id uuid references users, name text)`;
  await db.sql`alter table property_listings drop column contact_phone`;
  const [draft, catalog] = [read(config), read(snapshot)];

  const dry = await lethe("sync", "--dry-run");
  expect(dry).toMatchObject({ code: 0, err: "" });
  expect(dry.out).toContain('\n+        mood: todo("new column of type text"),\n');
  expect([read(config), read(snapshot)]).toEqual([draft, catalog]);

  const left = await lethe("sync", "--no-edit");
  expect(left).toMatchObject({ code: 0, err: "" });
  expect(read(config)).toBe(draft);
  expect(read(snapshot)).toContain('"name": "mood"');

  const synced = await lethe("sync");
  expect(synced).toMatchObject({ code: 0, err: "" });
  expect(synced.out).toBe(`lethe.catalog.json is up to date: 16 tables, 0 views
edited lethe.schema.ts
  ? public.pets: new table: the table refers to public.users by owner_id
  ? public.comments.mood: new column of type text
  ! public.property_listings.contact_phone: the database has no such column any more; remove its decision
`);
  expect(read(config)).toContain(
    "        // vanished: the database has no column public.property_listings.contact_phone any more\n        contact_phone: pii.null(),",
  );

  const again = await lethe("sync", "--json");
  expect(again.code).toBe(0);
  expect(JSON.parse(again.out)).toMatchObject({
    changes: [],
    annotation: { state: "up to date", additions: [], vanished: ["public.property_listings.contact_phone"] },
  });
});

test("what can't be placed is said, and nothing is edited", async () => {
  await db.sql`alter table comments add column colour text`;
  const text = read(config)
    .replace("    comments: content({", "    comments: make({")
    .replace(
      "export default",
      "const make = (rule: Parameters<typeof content>[0]) => content({ ...rule, columns: { ...rule?.columns } });\n\nexport default",
    );
  writeFileSync(config, text);
  const { code, out, err } = await lethe("sync");
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(out).toContain("lethe.schema.ts is left as it is: some of what is new has to be added by hand");
  expect(out).toMatch(
    /\n {2}lethe\.schema\.ts:\d+:\d+ {2}tables\.comments\.columns: .*\n {4}add colour: todo\("new column of type text"\)\n$/,
  );
  expect(read(config)).toBe(text);
});

test("an annotation with errors is left alone", async () => {
  const text = read(config).replace('key: "id"', 'keys: "id"');
  writeFileSync(config, text);
  const { code, out } = await lethe("sync");
  expect(code).toBe(1);
  expect(out).toContain("lethe.schema.ts is left as it is: it has errors, which `lethe check` shows");
  expect(read(config)).toBe(text);
});
