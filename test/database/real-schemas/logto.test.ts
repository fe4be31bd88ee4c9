/**
 * Logto's 79 tables as they come: varchar keys, keys of a tenant and more, policies and triggers of their own, jsonb that
 * holds identities. A person with a row in each table that leads to one leaves, by each strategy.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { validateAnnotation } from "../../../generator/annotation/schema.ts";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { plan } from "../../../generator/plan/plan.ts";
import { useDatabase } from "../../support/database.ts";
import { reachable } from "../../support/real-schemas/fill.ts";
import { missingIndexes } from "../../support/real-schemas/indexes.ts";
import { logtoErasure } from "../../support/real-schemas/logto.erasure.ts";
import { inhabit, markers, SOFT } from "../../support/real-schemas/logto.people.ts";
import { migrateLogto } from "../../support/real-schemas/logto.ts";
import {
  allRows,
  type Change,
  changesBetween,
  foretold,
  type Rows,
  rowsWith,
  rowsWithout,
} from "../../support/real-schemas/rows.ts";
import { installLethe, sqlState } from "../../support/schema-case.ts";
import { useRole } from "../../support/schema-case-role.ts";

const tenantRole = useRole("logto_tenant");
const owner = useRole("logto_owner");
const db = useDatabase("empty");
let catalog: Catalog;

beforeAll(async () => {
  await db.sql.unsafe(`grant create on database ${db.name} to ${owner}`);
  await db.sql.unsafe(`grant create, usage on schema public to ${owner}`);
  const asOwner = await db.as(owner);
  await migrateLogto(asOwner, tenantRole.replace("logto_tenant_", ""));
  catalog = await readCatalog(db.sql, { letheSchema: "lethe" });
  for (const statement of missingIndexes(logtoErasure(tenantRole), catalog)) await asOwner.unsafe(statement);
  await installLethe(asOwner, logtoErasure(tenantRole));
  await inhabit(db.sql, catalog, ["x-ada", "x-bob", "x-cyd", "x-dot"], tenantRole);
});

/** Where soft_delete leaves a person's values: in what people made, and in logs. */
const STAYS = ["logs", "organization_invitations", "service_logs", "users"].map((each) => `public.${each}`);

const call = (statement: string, person: string) => db.sql.unsafe(statement, [person]);

test("every table that leads to a person holds a row of each", async () => {
  const rows = await allRows(db.sql);
  const tables = [...reachable(catalog, "public.users"), ...SOFT];
  expect(tables.length).toBeGreaterThan(25);
  expect(tables.filter((each) => (rows.get(each)?.size ?? 0) < 4)).toEqual([]);
});

describe.each([
  { strategy: "anonymize", person: "x-ada" },
  { strategy: "hard_delete", person: "x-bob" },
  { strategy: "soft_delete", person: "x-cyd" },
])("$strategy", ({ strategy, person }) => {
  let before: Rows;
  let others: string[] = [];
  let forecast: Record<string, Change>;

  beforeAll(async () => {
    before = await allRows(db.sql);
    others = rowsWithout(before, [person, ...markers(person)]);
    forecast = await foretold(db.sql, person, strategy);
    expect(others.length).toBeGreaterThan(30);
  });

  test("scheduled as the person, under the tenant's role and its policies", async () => {
    const app = await db.as(tenantRole, { "app.user_id": person });
    await app`select lethe.schedule_deletion(${person}, ${strategy})`;
    const tokens = await app`select from oidc_model_instances where payload ->> 'accountId' = ${person}`;
    expect(tokens).toHaveLength(0);
  });

  test("no way in: neither a session nor a token, for this person alone", async () => {
    const app = await db.as(tenantRole);
    const signIn = (who: string, id: string) =>
      sqlState(app`
        insert into oidc_model_instances (tenant_id, model_name, id, payload, expires_at)
        values (null, 'Session', ${id}, ${app.json({ accountId: who })}, now() + interval '1 day')
      `);
    expect(await signIn(person, "again")).toBe("LT010");
    expect(await signIn("x-dot", "dots")).toBe("none");
    const token = app`
      insert into personal_access_tokens (tenant_id, user_id, name, value) values (null, ${person}, 'n', 'v')
    `;
    expect(await sqlState(token)).toBe("LT010");
    await app`delete from oidc_model_instances where id = 'dots'`;
  });

  test("executed: what explain foretold, and everybody else's rows as before to the byte", async () => {
    expect(await call("select lethe.execute_deletion($1, early => true) as state", person)).toMatchObject([
      { state: "completed" },
    ]);
    const after = await allRows(db.sql);
    expect(changesBetween(before, after)).toEqual(forecast);
    expect(rowsWithout(after, [person, ...markers(person)])).toEqual(expect.arrayContaining(others));
  });

  test("an invitation that the person sent stays, without the person, and so do the roles it offers", async () => {
    const [invitation] = await call(
      "select inviter_id from organization_invitations where id = 'by-' || $1",
      person,
    );
    expect(invitation).toEqual({ inviter_id: strategy === "soft_delete" ? person : null });
    const roles = await call(
      "select from organization_invitation_role_relations where organization_invitation_id = 'by-' || $1",
      person,
    );
    expect(roles).toHaveLength(1);
  });

  test("nothing is left that the strategy erases", async () => {
    const left = rowsWith(await allRows(db.sql, { lethe: true }), markers(person));
    const tables = [...new Set(left.map((each) => each.split(":")[0]))];
    expect(tables).toEqual(strategy === "soft_delete" ? STAYS : []);
    const [row] = await call("select * from users where id = $1", person);
    if (strategy === "hard_delete") expect(row).toBeUndefined();
    else
      expect(row).toMatchObject({
        password_encrypted: null,
        mfa_verifications: [],
        identities: {},
        is_suspended: true,
      });
  });

  test("the addresses are free again, in the same tenant", async () => {
    const anew = call(
      `insert into users (tenant_id, id, username, primary_email, primary_phone)
       values ('t', 'n' || $1, 'mark-' || $1 || '-username', $1 || '@mark-' || $1 || '.org', '+39-mark-' || $1)`,
      person,
    );
    expect(await sqlState(anew)).toBe("none");
  });
});

test("every trigger of Logto's that fires is one that the annotation acknowledges", () => {
  const silent = logtoErasure(tenantRole);
  for (const decision of Object.values(silent.tables)) if ("triggers" in decision) delete decision.triggers;
  const { annotation } = validateAnnotation(silent);
  const findings = annotation === null ? [] : plan(annotation, catalog).findings;
  const fires = findings.filter((each) => each.code === "L024").map((each) => each.subject);
  expect(fires.sort()).toEqual([
    "public.user_sso_identities, trigger delete_secret_before_sso_identity_delete",
    "public.users, trigger delete_secrets_before_social_identity_delete",
    "public.users, trigger set_updated_at",
  ]);
});
