/** 500 tables, of which some 200 hold something of a person's. The lists of the groups are what `lethe sync` writes. */
import {
  blocker,
  content,
  credential,
  defineErasure,
  group,
  keep,
  keepRest,
  mfa,
  pii,
  presets,
  retain,
  secret,
  session,
  subject,
  table,
  unrelated,
  via,
} from "../../../generator/index.ts";

export default defineErasure({
  lifecycle: { strategies: ["anonymize", "hard_delete"], gracePeriod: "14 days", cancelCooldown: "24 hours" },
  access: { currentUser: presets.setting("app.user_id", "uuid"), app: ["app_user"], worker: ["app_worker"] },
  tables: {
    users: subject({
      key: "id",
      columns: {
        email: pii.email(),
        name: pii.replace("Deleted user"),
        bio: pii.null(),
        phone: pii.null(),
        password_hash: secret(),
        ...keepRest({ id: keep(), locale: keep(), created_at: keep(), updated_at: keep() }),
      },
    }),

    // Signing in
    ...group(["*sessions", "*_tokens"], session()),
    ...group(["oauth_accounts", "api_keys", "passkeys"], credential()),
    totp_credentials: mfa(),

    // What people say, and what becomes of it
    ...group(
      ["*_comments"],
      content({ columns: { body: pii.replace("[deleted]"), ...keepRest({ created_at: keep() }) } }),
    ),
    ...group(["*_likes", "*_follows", "*_ratings", "addresses", "profiles"], content({ rows: "delete" })),
    ...group(
      ["*_visits"],
      content({ columns: { ip: pii.truncate("network"), at: keep() }, rows: { hard_delete: "detach" } }),
    ),
    messages: table({
      columns: { body: pii.replace("[deleted]"), sent_at: keep() },
      rules: [
        content({ owner: "sender_id", rows: { hard_delete: "detach" } }),
        content({ owner: "recipient_id", rows: "detach" }),
      ],
    }),
    support_tickets: content({ rows: "delete" }),
    support_replies: content({ owner: via("support_tickets"), rows: "delete" }),
    teams: blocker({
      where: "t.deleted_at is null",
      message: "owns {count} teams",
      columns: { name: pii.replace("[deleted]"), deleted_at: keep() },
      otherwise: content({ rows: { hard_delete: "delete" } }),
    }),

    team_members: table({
      rules: [
        content({ owner: "user_id", rows: "delete" }),
        content({ owner: via("teams"), rows: "delete" }),
      ],
    }),

    // Money
    invoices: retain({
      for: "7 years",
      since: "issued_at",
      basis: "legal_obligation",
      columns: { billing_name: pii.replace("Deleted customer"), issued_at: keep(), cents: keep() },
    }),
    invoice_lines: retain({
      owner: via("invoices"),
      for: "7 years",
      since: "billed_on",
      basis: "legal_obligation",
      columns: { what: keep("what was sold"), ...keepRest({ billed_on: keep(), cents: keep() }) },
    }),

    // Nothing of anybody's
    "warehouse.*": unrelated("sums a day"),
    "catalogue.*": unrelated("what is for sale"),
    "jobs.*": unrelated("queues: keys, no payloads"),
  },
});
