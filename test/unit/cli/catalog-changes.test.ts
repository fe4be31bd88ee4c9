import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogChanges } from "../../../cli/catalog-changes.ts";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { parseCatalog } from "../../../generator/catalog/snapshot.ts";

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
