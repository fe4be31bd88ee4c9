/** Rows that outlive their person: written down by key and date, purged when the time is over, and nobody else's. */
import { beforeEach, describe, expect, test } from "vitest";
import {
  defineErasure,
  keep,
  pii,
  polymorphic,
  presets,
  retain,
  subject,
  table,
  unrelated,
  via,
} from "../../../generator/index.ts";
import {
  erase,
  eventsOf,
  executeDue,
  requestOf,
  schedule,
  statusOf,
  useScenario,
} from "../../support/scenario.ts";
import { failureOf, sqlState, terms } from "../../support/schema-case.ts";

const db = useScenario(
  `create table people (id bigint primary key, email text, name text);
   create table invoices (
     id bigint generated always as identity primary key,
     person_id bigint references people,
     issued_at timestamptz,
     name text
   );
   create table "Order Lines" (
     "invoiceId" bigint not null references invoices,
     "No" text not null,
     booked date,
     primary key ("invoiceId", "No")
   );
   create table notes (invoice_id bigint references invoices, body text);
   create table payments (
     shop text not null,
     no integer not null,
     payer_type text,
     payer_id text,
     paid timestamp,
     primary key (shop, no)
   );
   create table contracts (
     id uuid primary key default gen_random_uuid(),
     buyer_id bigint references people,
     seller_id bigint references people,
     signed date not null
   );
   create index on invoices (person_id);
   create index on "Order Lines" ("invoiceId");
   create index on payments (payer_id);
   create index on contracts (buyer_id);
   create index on contracts (seller_id);`,
  defineErasure({
    ...terms,
    access: { ...terms.access, currentUser: presets.setting("app.user_id", "bigint") },
    tables: {
      people: subject({ key: "id", columns: { id: keep(), email: pii.email(), name: pii.null() } }),
      invoices: retain({
        owner: "person_id",
        for: "7 years",
        since: "issued_at",
        basis: "legal_obligation",
        columns: { issued_at: keep(), name: pii.null() },
      }),
      "Order Lines": retain({
        owner: via("invoices"),
        for: "7 years",
        since: "booked",
        basis: "legal_obligation",
        columns: { booked: keep() },
      }),
      notes: unrelated("what the bookkeeper says"),
      payments: retain({
        owner: polymorphic({ type: "payer_type", id: "payer_id", value: "Person" }),
        for: "1 year",
        since: "paid",
        basis: "legal_claims",
        columns: { paid: keep() },
      }),
      contracts: table({
        columns: { signed: keep() },
        rules: [
          retain({ owner: "buyer_id", for: "3 years", since: "signed", basis: "legal_claims" }),
          retain({ owner: "seller_id", for: "3 years", since: "signed", basis: "legal_claims" }),
        ],
      }),
    },
  }),
);

let person = 0;
let other = 0;

beforeEach(async () => {
  [person, other] = [person + 10, person + 11];
  await db.sql`insert into people select p, 'p' || p || '@example.com', 'Name' from unnest(${[person, other]}::bigint[]) p`;
});

async function invoice(owner: number | null, issued: string | null): Promise<string> {
  const [row] = await db.sql<{ id: string }[]>`
    insert into invoices (person_id, issued_at, name) values (${owner}, ${issued}::timestamptz, 'Ada') returning id
  `;
  return row?.id ?? "";
}

const ids = async () =>
  (await db.sql<{ id: string }[]>`select id from invoices order by id`).map((row) => row.id);
const purge = async (max = 5000) =>
  Number((await db.sql<{ n: string }[]>`select lethe.purge_retained(${max}) as n`)[0]?.n);
const kept = (id: string) => db.sql<
  { purge_after: Date; attempts: number; last_error: string | null; next_attempt_at: Date | null }[]
>`
  select r.* from lethe.retained r join lethe.retention n on n.id = r.retention_id
  where n.table_name = 'public.invoices' and r.row_key = jsonb_build_array(${id}::bigint)
`;
const ago = (years: number, days = 1) =>
  new Date(Date.now() - years * 365.25 * 86_400_000 - days * 86_400_000).toISOString();

for (const strategy of ["anonymize", "hard_delete"]) {
  describe(strategy, () => {
    test("what is over goes, what isn't stays with its date, and other people's rows stay", async () => {
      const [old, young, undated, theirs] = [
        await invoice(person, ago(8)),
        await invoice(person, "2024-03-30T23:30:00-05:00"),
        await invoice(person, null),
        await invoice(other, ago(8)),
      ];
      const began = new Date();
      await erase(db.sql, person, { strategy });
      expect((await kept(young))[0]?.purge_after.toISOString()).toBe("2031-03-31T04:30:00.000Z");
      const undatedUntil = (await kept(undated))[0]?.purge_after as Date;
      const years = [began, new Date()].map((time) => time.getUTCFullYear() + 7);
      expect(years).toContain(undatedUntil.getUTCFullYear());
      expect(await kept(theirs)).toEqual([]);

      const before = await ids();
      expect(await purge()).toBe(1);
      expect(await ids()).toEqual(before.filter((id) => id !== old));
      expect(await purge()).toBe(0);
      const { id } = await requestOf(db.sql, person);
      expect(await eventsOf(db.sql, id)).toEqual(["scheduled", "executed", "completed", "purged"]);
      const [event] =
        await db.sql`select details from lethe.deletion_event where request_id = ${id} and event = 'purged'`;
      expect(event?.details).toEqual({ table: "public.invoices", rows: 1 });
      expect(await statusOf(db.sql, person)).toMatchObject({ status: "deleted", kept_rows: "2" });
      const remaining = await db.sql`select * from lethe.explain_remaining(${person}::bigint, ${strategy})`;
      expect(remaining.filter((row) => row.table_name === "public.invoices")).toMatchObject([
        {
          rows: "2",
          basis: expect.stringMatching(/^retained \(legal_obligation\), the last until 20\d\d-\d\d-\d\d$/),
        },
      ]);
      expect(
        await db.sql`select table_name, year, rows, overdue, failing from lethe.retained_rows where year = 2031`,
      ).toMatchObject([{ table_name: "public.invoices", year: 2031, overdue: "0", failing: "0" }]);
    });

    test("a date that was corrected counts", async () => {
      const id = await invoice(person, ago(8));
      await erase(db.sql, person, { strategy });
      await db.sql`update invoices set issued_at = now() - interval '1 year' where id = ${id}`;
      expect(await purge()).toBe(0);
      const [entry] = await kept(id);
      expect(entry?.purge_after.getTime()).toBeGreaterThan(Date.now() + 5 * 365 * 86_400_000);
      expect(await ids()).toContain(id);
    });

    test("a row that came under the key later, of somebody else, stays", async () => {
      const id = await invoice(person, ago(8));
      await erase(db.sql, person, { strategy });
      await db.sql`update invoices set person_id = ${other} where id = ${id}`;
      expect(await purge()).toBe(0);
      expect(await ids()).toContain(id);
      expect(await kept(id)).toEqual([]);
    });

    test("composite and quoted keys, rows found through a parent, children first", async () => {
      const id = await invoice(person, ago(8));
      const kind = await invoice(other, ago(8));
      await db.sql`insert into "Order Lines" values (${id}, 'a', ${ago(9)}), (${id}, 'b "x"', ${ago(9)}), (${kind}, 'a', ${ago(9)})`;
      await erase(db.sql, person, { strategy });
      expect(await purge()).toBe(3);
      expect(
        await db.sql`select "No" from "Order Lines" where "invoiceId" in (${id}, ${kind})`,
      ).toMatchObject([{ No: "a" }]);
      expect(await ids()).not.toContain(id);
      await db.sql`delete from "Order Lines"`;
    });

    test("a pair of columns, and a key of another type", async () => {
      const shop = `shop ${strategy}`;
      await db.sql`
        insert into payments values
          (${shop}, 1, 'Person', ${String(person)}, ${ago(2)}), (${shop}, 2, 'Person', ${String(other)}, ${ago(2)}),
          (${shop}, 3, 'Firm', ${String(person)}, ${ago(2)}), (${shop}, 4, 'Person', ${String(person)}, now())
      `;
      await erase(db.sql, person, { strategy });
      expect(await purge()).toBe(1);
      expect(
        (await db.sql`select no from payments where shop = ${shop} order by no`).map((row) => row.no),
      ).toEqual([2, 3, 4]);
    });

    test("rows of two people go with the second", async () => {
      const [row] = await db.sql`
        insert into contracts (buyer_id, seller_id, signed) values (${person}, ${other}, ${ago(4)}) returning id
      `;
      const there = async () => (await db.sql`select from contracts where id = ${row?.id}`).length;
      await erase(db.sql, person, { strategy });
      expect(await purge()).toBe(0);
      expect(await there()).toBe(1);
      await erase(db.sql, other, { strategy });
      expect(await purge()).toBe(1);
      expect(await there()).toBe(0);
    });

    test("a row that others refer to is put back, and holds up nothing", async () => {
      const stuck = await invoice(person, ago(8));
      const free: string[] = [];
      for (let n = 0; n < 5; n++) free.push(await invoice(person, ago(8)));
      await db.sql`insert into notes values (${stuck}, 'why')`;
      await erase(db.sql, person, { strategy });
      expect(await purge()).toBe(5);
      const left = await ids();
      expect(left).toContain(stuck);
      expect(left.filter((id) => free.includes(id))).toEqual([]);
      const [entry] = await kept(stuck);
      expect(entry).toMatchObject({ attempts: 1, last_error: "23503 public.notes notes_invoice_id_fkey" });
      expect(entry?.next_attempt_at?.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
      expect(await purge()).toBe(0);
      await db.sql`delete from notes`;
      await db.sql`update lethe.retained set next_attempt_at = now() - interval '1 minute' where attempts > 0`;
      expect(await purge()).toBe(1);
      expect(await ids()).not.toContain(stuck);
    });
  });
}

test("soft_delete keeps everything: nothing is written down", async () => {
  const id = await invoice(person, ago(8));
  await erase(db.sql, person, { strategy: "soft_delete" });
  expect(await kept(id)).toEqual([]);
  expect(await purge()).toBe(0);
  expect(await ids()).toContain(id);
});

test("a trigger that swallows the delete makes it a failure", async () => {
  const id = await invoice(person, ago(8));
  await erase(db.sql, person);
  await db.sql`create function swallow() returns trigger language plpgsql as 'begin return null; end'`;
  await db.sql`create trigger swallow before delete on invoices for each row execute function swallow()`;
  expect(await purge()).toBe(0);
  expect((await kept(id))[0]?.last_error).toBe("LT014 public.invoices");
  await db.sql`drop trigger swallow on invoices`;
  await db.sql`delete from lethe.retained`;
});

test("many rows of one person, in steps", { timeout: 180_000 }, async () => {
  await db.sql`insert into invoices (person_id, issued_at) select ${person}, now() - interval '8 years' from generate_series(1, 60000)`;
  await db.sql`analyze invoices`;
  await schedule(db.sql, person, { grace: "0", strategy: "hard_delete" });
  await executeDue(db.sql);
  const { id, state } = await requestOf(db.sql, person);
  expect(state).toBe("executing");
  // Comes after the first step, and is detached with a chunk.
  const late = await invoice(person, ago(8));
  while ((await db.sql`select lethe.continue_deletion(${id}) as s`)[0]?.s === "executing");
  expect((await requestOf(db.sql, person)).state).toBe("completed");
  expect(await kept(late)).toHaveLength(1);
  let purged = 0;
  for (let n = 0; n < 7; n++) purged += await purge(10_000);
  expect(purged).toBe(60_001);
});

test("who may purge, and how much", async () => {
  await db.sql.begin(async (tx) => {
    await tx`set local role app_user`;
    expect(await sqlState(tx.savepoint((sp) => sp`select lethe.purge_retained()`))).toBe("42501");
  });
  expect(await failureOf(db.sql`select lethe.purge_retained(0)`)).toMatchObject({ code: "22023" });
});
