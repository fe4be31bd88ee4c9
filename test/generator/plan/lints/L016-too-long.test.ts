import { expect, test } from "vitest";
import { content, pii } from "../../../../generator/annotation/builders.ts";
import { table } from "../catalog-builder.ts";
import { findings, person, subjects, users } from "./lint.ts";

const own = (type: string, handle: ReturnType<typeof pii.null>) => ({
  tables: [users({ handle: type })],
  annotation: { users: person({ handle }) },
});

test("L016 a literal, a template, a hash", () => {
  expect(subjects("L016", own("varchar(7)", pii.replace("deleted")))).toEqual([]);
  expect(findings("L016", own("char(6)", pii.replace("deleted")))).toMatchObject([
    { subject: "public.users.handle", path: ["tables", "users", "columns", "handle"] },
  ]);
  expect(subjects("L016", own("varchar(44)", pii.template("deleted_{id}")))).toEqual([]);
  expect(subjects("L016", own("varchar(43)", pii.template("deleted_{id}")))).toEqual(["public.users.handle"]);
  expect(subjects("L016", own("text", pii.template("deleted_{id}")))).toEqual([]);
  expect(subjects("L016", own("varchar(70)", pii.hash()))).toEqual([]);
  expect(subjects("L016", own("varchar(64)", pii.hash()))).toEqual(["public.users.handle"]);
});

test("L016 the placeholder e-mail grows with the key", () => {
  const decide = (id: string, email: string) => ({
    tables: [table("users", { id, email })],
    annotation: { users: person() },
  });
  expect(subjects("L016", decide("uuid pk", "varchar(60)"))).toEqual([]);
  expect(subjects("L016", decide("uuid pk", "varchar(59)"))).toEqual(["public.users.email"]);
  expect(subjects("L016", decide("bigint pk", "varchar(44)"))).toEqual([]);
  expect(subjects("L016", decide("bigint pk", "varchar(43)"))).toEqual(["public.users.email"]);
  expect(subjects("L016", decide("varchar(10) pk", "varchar(33)"))).toEqual(["public.users.email"]);
  // Nobody knows how long a text is.
  expect(subjects("L016", decide("text pk", "varchar(33)"))).toEqual([]);
});

test("L016 {key} is the row's own key", () => {
  const notes = (type: string) =>
    table("notes", { id: "smallint pk", user_id: "uuid index -> users", body: type });
  const decide = (type: string) => ({
    tables: [users(), notes(type)],
    annotation: {
      users: person(),
      notes: content({ owner: "user_id", columns: { body: pii.template("gone {key}") } }),
    },
  });
  expect(subjects("L016", decide("varchar(11)"))).toEqual([]);
  expect(subjects("L016", decide("varchar(10)"))).toEqual(["public.notes.body"]);
});
