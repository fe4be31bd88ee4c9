import { expect, test } from "vitest";
import { unrelated } from "../../../../generator/annotation/builders.ts";
import type { Table } from "../../../../generator/catalog/model.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const decide = (ofUsers: Table["replicaIdentity"], ofPrices: Table["replicaIdentity"] = "default") => ({
  tables: [
    users({}, { replicaIdentity: ofUsers }),
    table("prices", { id: "uuid pk" }, { replicaIdentity: ofPrices }),
  ],
  annotation: { users: person(), prices: unrelated("a price list") },
});

test("L052 old values in the replication stream", () => {
  expect(subjects("L052", decide("default"))).toEqual([]);
  expect(findings("L052", decide("full"))).toMatchObject([
    {
      level: "warning",
      subject: "public.users",
      path: ["tables", "users"],
      remedy: expect.stringContaining("alter table public.users replica identity default"),
    },
  ]);
  expect(subjects("L052", decide("index", "full"))).toEqual([]);
});
