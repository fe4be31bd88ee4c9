import { expect, test } from "vitest";
import {
  content,
  keep,
  pii,
  referencedBy,
  retain,
  session,
} from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const addresses = table("addresses", { id: "uuid pk", street: "text" });
const orders = table("orders", {
  id: "uuid pk",
  user_id: "uuid index -> users",
  address_id: "uuid index -> addresses",
  paid_at: "date",
});
type Decision = Parameters<typeof findings>[1]["annotation"][string];
const more = { lifecycle: { strategies: ["anonymize" as const, "hard_delete" as const] } };
const decide = (order: Decision, address: Decision) => ({
  tables: [users(), orders, addresses],
  annotation: { users: person(), orders: order, addresses: address },
  more,
});
const goes = content({ owner: referencedBy("orders"), rows: "delete" });

test("L069: rows that stay and go on pointing", () => {
  const emptied = content({
    rows: { anonymize: "transform", hard_delete: "delete" },
    columns: { address_id: pii.null(), paid_at: keep() },
  });
  const stays = content({
    rows: { anonymize: "transform", hard_delete: "delete" },
    columns: { paid_at: pii.null() },
  });
  expect(subjects("L069", decide(emptied, goes))).toEqual([]);
  expect(findings("L069", decide(stays, goes))).toMatchObject([
    {
      subject: "public.addresses",
      message: expect.stringContaining("anonymize"),
      path: ["tables", "addresses", "rules", 0],
    },
  ]);
  const kept = content({
    owner: referencedBy("orders"),
    rows: { anonymize: "keep" },
    columns: { street: keep() },
  });
  expect(subjects("L069", decide(stays, kept))).toEqual([]);
  const retained = retain({ for: "7 years", since: "paid_at", basis: "law", columns: { paid_at: keep() } });
  expect(findings("L069", decide(retained, goes)).map((each) => each.message)).toEqual([
    expect.stringContaining("anonymize"),
    expect.stringContaining("hard_delete"),
  ]);
});

test("L069: the person's own row", () => {
  const home = (column: ReturnType<typeof pii.null> | ReturnType<typeof keep>) => ({
    tables: [users({ home_id: "uuid index -> addresses" }), addresses],
    annotation: {
      users: person({ home_id: column }),
      addresses: content({ owner: referencedBy("users"), rows: "delete" }),
    },
    more,
  });
  expect(subjects("L069", home(pii.null()))).toEqual([]);
  // At execution nothing would say any more what it was.
  expect(subjects("L069", home(pii.null({ at: "schedule", restore: true })))).toEqual(["public.addresses"]);
  expect(subjects("L069", home(keep()))).toEqual(["public.addresses"]);
});

test("L069: sessions go too early", () => {
  const devices = table("devices", { id: "uuid pk" });
  const sessions = table("sessions", {
    id: "uuid pk",
    user_id: "uuid index -> users",
    device_id: "uuid index -> devices",
  });
  const one = {
    tables: [users(), devices, sessions],
    annotation: {
      users: person(),
      sessions: session(),
      devices: content({ owner: referencedBy("sessions"), rows: "delete" }),
    },
    more,
  };
  expect(findings("L069", one)).toMatchObject([
    { message: expect.stringContaining("go when a deletion is scheduled") },
  ]);
});
