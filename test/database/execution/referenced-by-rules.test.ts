/** Several rules by referencedBy() for one table: each is about the rows that its own table pointed at, and no others. */
import { expect, test } from "vitest";
import {
  content,
  defineErasure,
  keep,
  pii,
  presets,
  referencedBy,
  subject,
  table,
} from "../../../generator/index.ts";
import { erase, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create table addresses (id bigint primary key, street text);
   create table people (id bigint primary key, email text, home_id bigint references addresses);
   create table orders (id bigint primary key, person_id bigint not null references people, address_id bigint references addresses);
   create table invoices (id bigint primary key, person_id bigint not null references people, address_id bigint references addresses);
   create index on people (home_id); create index on orders (person_id); create index on orders (address_id);
   create index on invoices (person_id); create index on invoices (address_id);`,
  defineErasure({
    ...terms,
    lifecycle: { ...terms.lifecycle, strategies: ["anonymize", "hard_delete"] },
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email(), home_id: pii.null() } }),
      orders: content({ rows: "delete" }),
      invoices: content({ rows: "delete" }),
      addresses: table({
        columns: { street: pii.replace("gone") },
        rules: [
          content({ owner: referencedBy("people"), rows: "delete" }),
          content({
            owner: referencedBy("orders"),
            rows: { anonymize: "transform", hard_delete: "transform" },
          }),
          content({ owner: referencedBy("invoices"), rows: { anonymize: "keep", hard_delete: "keep" } }),
        ],
      }),
    },
  }),
);

test.each([
  ["anonymize", 1],
  ["hard_delete", 2],
])("%s: a home goes, an order's address is transformed, an invoice's stays", async (strategy, person) => {
  const [home, ordered, invoiced, both] = [1, 2, 3, 4].map((n) => person * 10 + n) as [
    number,
    number,
    number,
    number,
  ];
  await db.sql`insert into addresses select id, 'Road' from unnest(${[home, ordered, invoiced, both]}::bigint[]) id`;
  await db.sql`insert into people values (${person}, 'a', ${home})`;
  await db.sql`insert into orders values (${home}, ${person}, ${ordered}), (${both}, ${person}, ${both})`;
  await db.sql`insert into invoices values (${person}, ${person}, ${invoiced}), (${both}, ${person}, ${both})`;
  const counted = await db.sql`
    select action, sum(rows)::integer as rows from lethe.explain_deletion(${person}, ${strategy})
    where table_name = 'public.addresses' group by 1 order by 1
  `;
  expect(counted).toEqual([
    { action: "delete", rows: 1 },
    { action: "transform", rows: 2 },
  ]);
  expect(await erase(db.sql, person, { strategy })).toBe("completed");
  expect(
    await db.sql`select id::integer, street from addresses where id between ${home} and ${both} order by id`,
  ).toEqual([
    { id: ordered, street: "gone" },
    { id: invoiced, street: "Road" },
    { id: both, street: "gone" },
  ]);
});
