import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogChanges, withPatterns } from "../../../cli/catalog-changes.ts";
import { validateAnnotation } from "../../../generator/annotation/schema.ts";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { parseCatalog } from "../../../generator/catalog/snapshot.ts";
import { keep, subject, todo, unrelated } from "../../../generator/index.ts";

const file = new URL("../../generator/annotation-errors/cases/catalog.json", import.meta.url);
const load = (): Catalog => parseCatalog(readFileSync(file, "utf8"), "catalog.json");

test("nothing changed", () => expect(catalogChanges(load(), load())).toEqual([]));

test("tables, columns, types and the rest", () => {
  const after = load();
  const [comments, prices, , users] = after.tables;
  if (!comments || !prices || !users) throw new Error("the shared catalog has other tables");
  after.tables = [{ ...comments, name: "public.posts", table: "posts" }, ...after.tables.slice(1)];
  const name = users.columns.find((column) => column.name === "name");
  const email = users.columns.find((column) => column.name === "email");
  if (!name || !email) throw new Error("the shared catalog has other columns");
  name.name = "full_name";
  email.type = "citext";
  users.rowSecurity = "on";
  for (const column of prices.columns) column.notNull = false;
  after.views.push({
    name: "public.v",
    schema: "public",
    view: "v",
    materialized: false,
    securityInvoker: true,
    reads: [],
  });
  expect(catalogChanges(load(), after)).toEqual([
    { kind: "removed", name: "public.comments" },
    { kind: "added", name: "public.posts" },
    { kind: "changed", name: "public.prices.cents", what: "now nullable" },
    { kind: "changed", name: "public.prices.id", what: "now nullable" },
    { kind: "changed", name: "public.users.email", what: "text → citext" },
    { kind: "added", name: "public.users.full_name" },
    { kind: "removed", name: "public.users.name" },
    { kind: "changed", name: "public.users", what: "row-level security" },
    { kind: "added", name: "public.v" },
  ]);
});

test("a new table that only a pattern speaks of", () => {
  const after = load();
  const [, prices] = after.tables;
  if (!prices) throw new Error("the shared catalog has other tables");
  const added = (schema: string, table: string) => ({ ...prices, name: `${schema}.${table}`, schema, table });
  after.tables.push(added("billing", "rates"), added("billing", "seen"), added("public", "old_rates"));
  after.tables.push(added("public", "listed"), added("public", "asked"), added("public", "new"));
  const { annotation } = validateAnnotation({
    tables: {
      users: subject({ key: "id", columns: { id: keep() } }),
      "billing.*": unrelated("price lists"),
      "billing.seen": unrelated("a price list"),
      "old_*": keep("until the tax office has been here"),
      "list*": unrelated("lists"),
      listed: unrelated("a list"),
      "ask*": todo("whose?"),
    },
  });
  const said = withPatterns(catalogChanges(load(), after), annotation, after);
  expect(said.map(({ name, what }) => [name, what])).toEqual([
    ["billing.rates", 'unrelated, says the pattern "billing.*", and nobody has looked at it'],
    ["billing.seen", undefined],
    ["public.asked", undefined],
    ["public.listed", undefined],
    ["public.new", undefined],
    ["public.old_rates", 'to be kept, says the pattern "old_*", and nobody has looked at it'],
  ]);
  expect(withPatterns(said, null, after)).toEqual(said);
});
