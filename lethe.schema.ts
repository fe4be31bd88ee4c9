/** What every table and column of the reference application means for a person who leaves. */
import {
  blocker,
  content,
  credential,
  defineErasure,
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
  via,
} from "./generator/index.ts";

export default defineErasure({
  lifecycle: {
    strategies: ["anonymize", "hard_delete", "soft_delete"],
    gracePeriod: "14 days",
    cancelCooldown: "24 hours",
  },
  // "Delete my content too": without it, comments stay as placeholders, so that conversations stay readable.
  options: { delete_content: false },
  access: {
    currentUser: presets.setting("app.user_id", "uuid"),
    app: ["app_user"],
    admin: ["app_admin"],
    worker: ["app_worker"],
    searchPath: ["public"],
  },
  tables: {
    users: subject({
      key: "id",
      view: "active_users",
      rls: "hide",
      columns: {
        id: keep("pseudonymous: other people's rows refer to it"),
        email: pii.email({ onSoftDelete: true }),
        unconfirmed_email: pii.null({ at: "schedule", onSoftDelete: true }),
        hashed_password: secret(),
        name: pii.null(),
        display_name: pii.replace("Deleted user"),
        image: pii.null(),
        phone: pii.null(),
        address: pii.null(),
        city: pii.null(),
        state: pii.null(),
        zip_code: pii.null(),
        country: pii.null(),
        gender: pii.null(),
        birth_date: pii.null(),
        nationality: pii.null(),
        ...keepRest({ locale: keep(), is_admin: keep(), created_at: keep(), updated_at: keep() }),
      },
    }),

    // Signing in
    sessions: session({ owner: "user_id" }),
    user_tokens: session({ owner: "user_id" }),
    accounts: credential({ owner: "user_id" }),
    totp_credentials: mfa({ owner: "user_id" }),
    backup_codes: mfa({ owner: "user_id" }),

    // The marketplace
    collections: blocker({
      owner: "owner_id",
      where: "t.deleted_at is null",
      message: "owns {count} active collections",
      columns: { title: pii.null(), deleted_at: keep() },
      otherwise: content(),
    }),
    collection_members: table({
      rules: [
        content({ owner: "user_id", rows: "delete" }),
        // Memberships of other people in a collection that goes with its owner.
        content({ owner: via("collections"), rows: { anonymize: "keep", hard_delete: "delete" } }),
      ],
    }),
    property_listings: blocker({
      owner: "creator_id",
      where: "t.deleted_at is null",
      message: "created {count} listings",
      blocking: false,
      columns: {
        title: keep("describes the place"),
        contact_phone: pii.null(),
        contact_email: pii.null(),
        deleted_at: keep(),
      },
      otherwise: content({ rows: { anonymize: "transform", hard_delete: "detach" } }),
    }),
    comments: table({
      columns: { body: pii.replace("[deleted]") },
      rules: [
        content({ owner: "author_id" }),
        content({ owner: "author_id", when: "delete_content", rows: "delete" }),
      ],
    }),
    comment_edits: content({ owner: via("comments"), rows: "delete" }),
    messages: table({
      columns: { body: pii.replace("[deleted]") },
      rules: [content({ owner: "sender_id" }), content({ owner: "recipient_id", rows: "detach" })],
    }),
    invoices: retain({
      owner: "user_id",
      for: "7 years",
      since: "issued_at",
      basis: "legal_obligation",
      columns: {
        billing_name: pii.replace("Deleted customer"),
        billing_address: pii.null(),
        amount_cents: keep(),
        issued_at: keep(),
      },
    }),
    uploads: content({ owner: "user_id", rows: "delete" }),
    events: content({
      owner: "user_id",
      columns: {
        name: keep("what happened, not to whom"),
        payload: pii.jsonRemove(["email", "ip"]),
        ip: pii.null(),
        created_at: keep(),
      },
    }),
  },
});
