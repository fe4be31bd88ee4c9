/** What Logto's tables mean for a person who leaves. */
import {
  ack,
  content,
  credential,
  keep,
  keepRest,
  match,
  mfa,
  ownerSql,
  pii,
  presets,
  secret,
  session,
  set,
  subject,
  table,
  unrelated,
  via,
} from "../../../generator/index.ts";
import { type Erasure, terms } from "../schema-case.ts";

const touches = { set_updated_at: ack("sets updated_at and nothing else") };

/** Rows that hold only the person's address, which Logto stores once it is verified. A tenant's addresses are its own. */
const addressedBy = (value: "primary_email" | "primary_phone", column: string) =>
  match(column, { value, if: `t.${value} is not null`, and: { tenant_id: "tenant_id" } });

/** `tenantRole` is the one that Logto makes; a tenant's own role is a member of it. */
export const logtoErasure = (tenantRole: string): Erasure => ({
  ...terms,
  access: {
    currentUser: presets.setting("app.user_id"),
    app: [tenantRole],
    admin: ["app_admin"],
    worker: ["app_worker"],
    searchPath: ["public"],
  },
  tables: {
    users: subject({
      key: "id",
      triggers: {
        ...touches,
        delete_secrets_before_social_identity_delete: ack(
          "deletes the tokens of identities that go, which a rule deletes before",
        ),
      },
      columns: {
        id: keep(),
        username: pii.null({ onSoftDelete: true }),
        primary_email: pii.email({ onSoftDelete: true }),
        primary_phone: pii.null({ onSoftDelete: true }),
        password_encrypted: secret(),
        password_encryption_method: secret(),
        name: pii.null(),
        avatar: pii.null(),
        profile: pii.replace("{}"),
        identities: secret({ to: "{}" }),
        custom_data: pii.replace("{}"),
        logto_config: pii.replace("{}"),
        mfa_verifications: mfa.secret({ to: "[]" }),
        is_suspended: set(true, { onSoftDelete: true }),
        last_sign_in_at: pii.null(),
        cimd_client_id: pii.null(),
        ...keepRest({
          tenant_id: keep("whose customer the person was"),
          application_id: keep("where the person signed up"),
          is_password_expired: keep(),
          password_updated_at: keep(),
          created_at: keep(),
          updated_at: keep(),
        }),
      },
    }),

    // Signed in
    oidc_session_extensions: session({ triggers: touches }),
    oidc_model_instances: session({
      owner: ownerSql("t.payload ->> 'accountId'"),
      where: "t.payload ? 'accountId'",
    }),
    cimd_grant_client_snapshots: session({ owner: via("oidc_model_instances") }),
    cimd_grant_organizations: table({
      rules: [
        session({ owner: via("oidc_model_instances") }),
        content({ owner: via("organization_user_relations"), rows: "delete" }),
      ],
    }),
    subject_tokens: table({
      columns: {
        creator_id: pii.replace("deleted"),
        context: keep("about the person that the token stands for"),
        ...keepRest({ tenant_id: keep(), expires_at: keep(), consumed_at: keep(), created_at: keep() }),
      },
      rules: [
        session({ owner: "user_id" }),
        // A token for somebody else, made by this person.
        content({ owner: "creator_id", rows: { anonymize: "transform", hard_delete: "transform" } }),
      ],
    }),
    verification_records: session(),
    verification_statuses: session(),
    one_time_tokens: session({ owner: addressedBy("primary_email", "email") }),
    passcodes: table({
      rules: [
        session({ owner: addressedBy("primary_email", "email") }),
        session({ owner: addressedBy("primary_phone", "phone") }),
      ],
    }),

    // Ways in
    user_sso_identities: credential({
      triggers: {
        delete_secret_before_sso_identity_delete: ack("its tokens, which a rule deletes before"),
      },
    }),
    secrets: credential(),
    secret_enterprise_sso_connector_relations: table({
      // The identity is another foreign key's parent, which doesn't give way.
      rules: [credential({ owner: via("secrets") }), credential({ owner: via("user_sso_identities") })],
    }),
    secret_social_connector_relations: credential({ owner: via("secrets") }),
    personal_access_tokens: credential(),
    trusted_devices: mfa(),

    // What is known of the person
    user_geo_locations: content({ rows: "delete" }),
    user_sign_in_countries: content({ rows: "delete" }),
    users_roles: content({ rows: "delete" }),
    application_access_control_user_relations: content({ rows: "delete" }),
    organization_user_relations: content({ rows: "delete" }),
    organization_role_user_relations: content({
      owner: via("organization_user_relations"),
      rows: "delete",
    }),
    application_user_consent_organizations: content({
      owner: via("organization_user_relations"),
      rows: "delete",
    }),
    organization_invitations: table({
      columns: {
        invitee: keep("the address of the one invited, with whom the row goes"),
        ...keepRest({ status: keep(), created_at: keep(), updated_at: keep(), expires_at: keep() }),
      },
      rules: [
        content({ owner: "inviter_id", rows: "detach" }),
        content({ owner: "accepted_user_id", rows: "delete" }),
        content({ owner: addressedBy("primary_email", "invitee"), rows: "delete" }),
      ],
    }),
    organization_invitation_role_relations: content({
      owner: via("organization_invitations"),
      rows: "delete",
    }),
    daily_active_users: content({ owner: "user_id", rows: "delete" }),
    aggregated_daily_active_users: content({ owner: "user_id", rows: "delete" }),
    logs: content({
      owner: ownerSql("t.payload ->> 'userId'"),
      where: "t.payload ? 'userId'",
      columns: {
        payload: pii.jsonRemove(["userId", "ip", "userAgent", "made"]),
        ...keepRest({ tenant_id: keep(), key: keep("what happened, not to whom"), created_at: keep() }),
      },
    }),
    service_logs: content({
      owner: ownerSql(
        "(select u.id from public.users u where u.tenant_id = t.tenant_id and u.primary_email = t.payload -> 'data' ->> 'to')",
      ),
      where: "t.type in ('sendEmail', 'sendEmailFailed')",
      rows: "delete",
    }),
    sentinel_activities: unrelated("keyed by a hash, and pruned by age"),
    "*saml_*sessions": unrelated("gone within minutes; whose they are is not known yet"),

    // The tenant's configuration
    tenants: unrelated("customers of the service, who are not its users"),
    "application*": unrelated("configuration"),
    "organization*": unrelated("configuration"),
    "cimd_*": unrelated("configuration"),
    "*connector*": unrelated("configuration"),
    "saml_application_*": unrelated("configuration"),
    "custom_*": unrelated("configuration"),
    "*roles*": unrelated("configuration"),
    "*scopes": unrelated("configuration"),
    "*configs": unrelated("configuration"),
    "*_experiences": unrelated("configuration"),
    sign_in_experiences: unrelated("configuration; its address is the tenant's own"),
    "idp_*": unrelated("gone within minutes"),
    account_centers: unrelated("configuration"),
    captcha_providers: unrelated("configuration"),
    daily_token_usage: unrelated("sums"),
    domains: unrelated("configuration"),
    email_templates: unrelated("configuration"),
    hooks: unrelated("configuration"),
    resources: unrelated("configuration"),
    systems: unrelated("configuration"),
  },
});
