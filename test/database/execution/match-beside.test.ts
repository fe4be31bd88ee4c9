/** Owners by a value that is unique only beside another column, and by an expression of the person's row. */
import { describe, expect, test } from "vitest";
import { content, credential, keep, match, pii, session, subject, via } from "../../../generator/index.ts";
import { execute, makeDue, schedule, useScenario } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";

const inTenant = { value: "email", if: "t.verified", and: { tenant: "tenant_id" } };
const db = useScenario(
  `
  create table people (
    id bigint generated always as identity primary key,
    tenant_id char(3) not null, email text, subjects text, verified boolean not null default true,
    unique (tenant_id, email)
  );
  create unique index people_handle on people (lower(email || '/' || tenant_id));
  create table passcodes (id bigint generated always as identity primary key, tenant char(3), email varchar(99));
  create index on passcodes (tenant, email);
  create table codes (id bigint generated always as identity primary key, passcode_id bigint not null references passcodes);
  create index on codes (passcode_id);
  create table devices (id bigint generated always as identity primary key, handle varchar(99), note text);
  create index on devices (handle);
  create table keys (id bigint generated always as identity primary key, tenant char(3), email varchar(99));
  create index on keys (tenant, email);
  `,
  {
    lifecycle: { strategies: ["anonymize", "hard_delete", "soft_delete"] },
    tables: {
      people: subject({
        key: "id",
        columns: {
          id: keep(),
          tenant_id: keep(),
          email: pii.email(),
          subjects: keep(),
          verified: keep(),
        },
      }),
      passcodes: session({ owner: match("email", inTenant) }),
      codes: session({ owner: via("passcodes") }),
      devices: content({
        owner: match("handle", { value: { sql: "lower(t.email || '/' || t.tenant_id)" }, if: "t.verified" }),
        columns: { note: pii.null(), handle: pii.replace("gone") },
      }),
      keys: credential({ owner: match("email", inTenant) }),
    },
  },
);

async function addPerson(tenant: string, email: string, verified = true): Promise<string> {
  const [made] =
    await db.sql`insert into people (tenant_id, email, verified) values (${tenant}, ${email}, ${verified}) returning id`;
  return made?.id;
}

async function addRows(tenant: string, email: string): Promise<void> {
  const [code] =
    await db.sql`insert into passcodes (tenant, email) values (${tenant}, ${email}) returning id`;
  await db.sql`insert into codes (passcode_id) values (${code?.id})`;
  await db.sql`insert into keys (tenant, email) values (${tenant}, ${email})`;
  await db.sql`insert into devices (handle, note) values (${`${email}/${tenant}`.toLowerCase()}, 'mine')`;
}

async function left(tenant: string, email: string) {
  const [row] = await db.sql`
    select (select count(*)::int from passcodes where tenant = ${tenant} and email = ${email}) as passcodes,
           (select count(*)::int from codes join passcodes p on p.id = passcode_id where tenant = ${tenant} and email = ${email}) as codes,
           (select count(*)::int from keys where tenant = ${tenant} and email = ${email}) as keys,
           (select count(*)::int from devices where handle = ${`${email}/${tenant}`.toLowerCase()} and note is not null) as devices
  `;
  return Object.values(row ?? {});
}

describe.each(["anonymize", "hard_delete"])("%s", (strategy) => {
  test("the person's rows of their tenant go, and nobody else's", async () => {
    const email = `Ada.${strategy}@example.org`;
    const ada = await addPerson("aaa", email);
    await addPerson("bbb", email);
    for (const tenant of ["aaa", "bbb"]) await addRows(tenant, email);
    const explained =
      await db.sql`select table_name, rows from lethe.explain_deletion(${ada}, ${strategy}) where table_name ~ 'passcodes|devices'`;
    expect(explained.map((row) => row.rows)).toEqual(["1", "1"]);
    const { request_id } = await schedule(db.sql, ada, { strategy });
    expect(await left("aaa", email)).toEqual([0, 0, 1, 1]);
    // What the row holds now is of no interest any more: the value of the schedule counts.
    await db.sql`update people set email = 'other@example.org', tenant_id = 'ccc' where id = ${ada}`;
    await makeDue(db.sql, request_id);
    expect(await execute(db.sql, ada)).toBe("completed");
    expect(await left("aaa", email)).toEqual([0, 0, 0, 0]);
    expect(await left("bbb", email)).toEqual([1, 1, 1, 1]);
  });
});

test("the guard refuses their value in their tenant, and no other", async () => {
  const ida = await addPerson("aaa", "ida@example.org");
  await addPerson("bbb", "ida@example.org");
  await schedule(db.sql, ida);
  expect(await sqlState(db.sql`insert into keys (tenant, email) values ('aaa', 'ida@example.org')`)).toBe(
    "LT010",
  );
  await db.sql`insert into keys (tenant, email) values ('bbb', 'ida@example.org'), (null, 'ida@example.org')`;
  expect(await sqlState(db.sql`update keys set tenant = 'aaa' where email = 'ida@example.org'`)).toBe(
    "LT010",
  );
});

test("a value that isn't proved matches nothing", async () => {
  const eve = await addPerson("aaa", "victim@example.org", false);
  await addRows("aaa", "victim@example.org");
  const { request_id } = await schedule(db.sql, eve);
  await makeDue(db.sql, request_id);
  expect(await execute(db.sql, eve)).toBe("completed");
  expect(await left("aaa", "victim@example.org")).toEqual([1, 1, 1, 1]);
});

test("the rows are found by the index", async () => {
  const [name] =
    await db.sql`select proname from pg_proc where pronamespace = 'lethe'::regnamespace and proname like 'match_email_%' and proretset`;
  const plan = await db.sql.begin(async (tx) => {
    await tx`set local enable_seqscan = off`;
    return tx.unsafe(
      `explain delete from passcodes t where exists (select from lethe.${name?.proname}(array[1::bigint]) m where t.email = m.value::varchar and t.tenant = m.and_1)`,
    );
  });
  expect(plan.map((row) => Object.values(row)[0]).join("\n")).toMatch(
    /Index.* on passcodes|passcodes_tenant_email_idx/,
  );
});
