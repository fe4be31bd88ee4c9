import { expect, test } from "vitest";
import {
  blocker,
  content,
  keep,
  pii,
  referencedBy,
  retain,
  session,
  table as several,
  via,
} from "../../../../generator/annotation/builders.ts";
import type { EffectInput } from "../../../../generator/annotation/input.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const addresses = table("addresses", { id: "uuid pk", street: "text", made: "date" });
const labels = table("labels", {
  id: "uuid pk",
  address_id: "uuid index -> addresses cascade",
  text: "text",
});
type Decision = Parameters<typeof findings>[1]["annotation"][string];
const decide = (address: Decision, label: Decision = content({ owner: "id", rows: "delete" })) => ({
  tables: [users({ home_id: "uuid index -> addresses" }), addresses, labels],
  annotation: { users: person({ home_id: pii.null() }), addresses: address, labels: label },
});
const owner = referencedBy("users");
const goes = content({ owner, rows: "delete" });

test("L070: other classes, hiding", () => {
  expect(subjects("L070", decide(goes))).toEqual([]);
  expect(subjects("L070", decide(session({ owner })))).toEqual(["public.addresses"]);
  expect(subjects("L070", decide(blocker({ owner, message: "has {count}" })))).toEqual(["public.addresses"]);
  expect(subjects("L070", decide(content({ owner, rows: "delete", view: "shown_addresses" })))).toEqual([
    "public.addresses",
  ]);
});

type Of = Parameters<typeof several>[0];
test("L070: what another rule keeps for a time", () => {
  const beside = (
    rule: Of["rules"][number],
    rows: NonNullable<Parameters<typeof content>[0]>["rows"] = "delete",
  ) =>
    decide(
      several({ columns: { street: pii.null() }, rules: [content({ owner, rows }), rule] }),
      content({ owner: "address_id", rows: "delete" }),
    );
  const kept = retain({ owner: "id", for: "7 years", since: "made", basis: "legal_obligation" });
  expect(findings("L070", beside(content({ owner: "id" })))).toEqual([]);
  expect(findings("L070", beside(kept))).toMatchObject([
    { subject: "public.addresses", path: ["tables", "addresses", "rules", 0] },
  ]);
  expect(findings("L070", beside(kept, { anonymize: "keep", hard_delete: "keep" }))).toEqual([]);
});

test("L070: rows below", () => {
  expect(findings("L070", decide(goes, content({ owner: via("addresses"), rows: "delete" })))).toMatchObject([
    { subject: "public.labels", path: ["tables", "labels", "rules", 0, "owner"] },
  ]);
});

test("L070: the key of which person", () => {
  const named = (template: string) =>
    content({ owner, rows: { anonymize: "transform" }, columns: { street: pii.template(template) } });
  expect(subjects("L070", decide(named("gone {key}")))).toEqual([]);
  expect(subjects("L070", decide(named("gone {id}")))).toEqual(["public.addresses.street"]);
});

test("L028: nothing points there, or two do; L025: what points there has no index", () => {
  const old = table("addresses", { id: "uuid pk", street: "text" });
  const wrong = (
    home: string,
    more: Record<string, string> = {},
    of: Parameters<typeof referencedBy>[1] = {},
  ) => ({
    tables: [users({ home_id: home, ...more }), old],
    annotation: {
      users: person({ home_id: pii.null(), ...(more.work_id ? { work_id: keep() } : {}) }),
      addresses: content({ owner: referencedBy("users", of), rows: "delete" }),
    },
  });
  expect(subjects("L028", wrong("uuid index"))).toEqual(["public.addresses"]);
  const two = { work_id: "uuid index -> addresses" };
  expect(subjects("L028", wrong("uuid index -> addresses", two))).toEqual(["public.addresses"]);
  expect(subjects("L028", wrong("uuid index -> addresses", two, { columns: ["home_id"] }))).toEqual([]);
  expect(subjects("L025", wrong("uuid -> addresses"))).toEqual(["public.users.home_id"]);
  expect(subjects("L025", wrong("uuid index -> addresses"))).toEqual([]);
});

test("L070: an effect before it is known whether the row goes, or of a person who is gone by then", () => {
  const effect = (more: Omit<EffectInput, "handler"> = {}, address = content({ owner, columns: fed })) => ({
    ...decide(address),
    more: {
      effects: { picture: { handler: "blob", ...more } },
      lifecycle: { strategies: ["anonymize" as const] },
    },
  });
  const fed = { street: pii.null({ effect: "picture" }) };
  expect(findings("L070", effect())).toEqual([]);
  expect(findings("L070", effect({ at: "schedule" }))).toMatchObject([
    { subject: "public.addresses", path: ["effects", "picture"] },
  ]);
  const payload = { id: "t.id" };
  expect(subjects("L070", effect({ payload }))).toEqual(["public.addresses"]);
  expect(subjects("L070", effect({ where: "t.id is not null" }))).toEqual(["public.addresses"]);
  expect(subjects("L070", effect({ payload, forEach: "addresses" }))).toEqual([]);
  expect(subjects("L070", effect({ payload }, content({ owner: "id", columns: fed })))).toEqual([]);
});

test("L077: nothing waits for what is told last", () => {
  const after = (name: string | undefined) => ({
    ...decide(goes),
    more: {
      effects: {
        places: { handler: "blob", forEach: "addresses", payload: { id: "t.id" } },
        maps: { handler: "blob", forEach: "addresses", payload: { id: "t.id" }, after: "places" },
        goodbye: {
          handler: "mail",
          payload: { id: "t.id" },
          ...(name === undefined ? {} : { after: name }),
        },
      },
      lifecycle: { strategies: ["anonymize" as const] },
    },
  });
  expect(subjects("L077", after(undefined))).toEqual([]);
  expect(subjects("L077", after("places"))).toEqual(["effect goodbye"]);
});
