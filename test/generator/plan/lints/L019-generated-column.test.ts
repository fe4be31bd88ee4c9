import { expect, test } from "vitest";
import { keep, pii } from "../../../../generator/annotation/builders.ts";
import { findings, person, users } from "./lint.ts";

test.each(["text generated", "int identity"])("L019 a value for a column of type %s", (type) => {
  const decide = (column: ReturnType<typeof pii.null>) =>
    findings("L019", {
      tables: [users({ computed: type })],
      annotation: { users: person({ computed: column }) },
    });
  expect(
    findings("L019", {
      tables: [users({ computed: type })],
      annotation: { users: person({ computed: keep() }) },
    }),
  ).toEqual([]);
  expect(decide(pii.null())).toMatchObject([
    { subject: "public.users.computed", path: ["tables", "users", "columns", "computed"] },
  ]);
  expect(
    findings("L019", {
      tables: [users({ computed: type.split(" ")[0] ?? "" })],
      annotation: { users: person({ computed: pii.null() }) },
    }),
  ).toEqual([]);
});
