/** People of a Logto tenant, each with a row in every table that leads to one. */
import type postgres from "postgres";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { fill, reachable } from "./fill.ts";

/** Tables that lead to a person by JSON, by a column without a foreign key, or by an address. */
export const SOFT = [
  "aggregated_daily_active_users",
  "cimd_grant_client_snapshots",
  "daily_active_users",
  "logs",
  "oidc_model_instances",
  "one_time_tokens",
  "passcodes",
  "service_logs",
].map((each) => `public.${each}`);

/** What people share. */
const COMMON = [
  "applications",
  "organizations",
  "organization_roles",
  "roles",
  "connectors",
  "sso_connectors",
];

/** Stands in every value of a person's that isn't a key. */
export const mark = (person: string) => `mark-${person}`;
export const address = (person: string) => `${person}@${mark(person)}.org`;
/** The same, as text and as bytea prints it. */
export const markers = (person: string) => [mark(person), Buffer.from(mark(person)).toString("hex")];

/** The people, in one tenant, whose role is this. The last one has dealings with all the others. */
export async function inhabit(
  sql: postgres.Sql,
  catalog: Catalog,
  people: string[],
  tenantRole: string,
): Promise<void> {
  const common = {
    rows: new Map(),
    hints: { tenants: { id: "t", db_user: tenantRole } },
    marker: "common",
    key: "common",
  };
  await fill(
    sql,
    catalog,
    COMMON.map((each) => `public.${each}`),
    common,
  );
  const tables = [...reachable(catalog, "public.users"), ...SOFT];
  for (const person of people) {
    const rows = new Map(common.rows);
    await fill(sql, catalog, tables, { rows, hints: hints(person), marker: mark(person), key: person });
  }
  const last = people.at(-1) as string;
  for (const person of people.slice(0, -1)) {
    await sql`
      insert into organization_invitations (tenant_id, id, inviter_id, invitee, organization_id, status, expires_at)
      values ('t', ${`of-${person}`}, ${last}, ${address(person)}, 'common', 'Pending', now())
    `;
    await sql`
      insert into organization_invitations (tenant_id, id, inviter_id, invitee, organization_id, status, expires_at)
      values ('t', ${`by-${person}`}, ${person}, ${`somebody-for-${person}`}, 'common', 'Pending', now())
    `;
    await sql`
      insert into organization_invitation_role_relations (tenant_id, organization_invitation_id, organization_role_id)
      values ('t', ${`by-${person}`}, 'common')
    `;
    await sql`
      insert into subject_tokens (tenant_id, id, expires_at, user_id, creator_id)
      values ('t', ${`by-${person}`}, now(), ${last}, ${person})
    `;
  }
}

/** What can't be made up: references that are no foreign key, and what they stand beside. */
function hints(person: string) {
  const phone = `+39-${mark(person)}`;
  const identities = { github: { userId: `gh-${mark(person)}`, details: {} } };
  return {
    users: {
      primary_email: address(person),
      primary_phone: phone,
      application_id: "common",
      identities: JSON.stringify(identities),
      mfa_verifications: JSON.stringify([{ type: "Totp", key: mark(person) }]),
    },
    oidc_model_instances: {
      model_name: "Grant",
      payload: JSON.stringify({ accountId: person, kind: mark(person) }),
    },
    secret_social_connector_relations: { target: "github", identity_id: `gh-${mark(person)}` },
    subject_tokens: { creator_id: person },
    organization_invitations: { invitee: `guest-of-${address(person)}` },
    one_time_tokens: { email: address(person) },
    passcodes: { email: null, phone },
    aggregated_daily_active_users: { tenant_id: "t", user_id: person },
    daily_active_users: { tenant_id: "t", user_id: person },
    logs: {
      key: "Interaction.SignIn.Submit",
      payload: JSON.stringify({ userId: person, ip: mark(person), result: "Success" }),
    },
    service_logs: {
      tenant_id: "t",
      type: "sendEmail",
      payload: JSON.stringify({ data: { to: address(person) } }),
    },
  };
}
