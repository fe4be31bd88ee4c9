/**
 * What every table and column means for a person who leaves. A first draft by `lethe init`, guessed from names,
 * types and keys; the reason for each guess stands beside it. Read every line: what is right may lose its comment,
 * what is wrong is to be corrected, and each todo() is a question that somebody has to answer. Then run
 * `lethe check`.
 */
import {
  content,
  credential,
  defineErasure,
  keep,
  keepRest,
  mfa,
  pii,
  secret,
  session,
  subject,
  table,
  todo,
  via,
} from "pg-lethe";

export default defineErasure({
  lifecycle: {
    strategies: ["anonymize", "hard_delete", "soft_delete"], // the first is the default
    gracePeriod: "14 days",
    cancelCooldown: "24 hours",
  },
  // Who is signed in, and which roles the application has: without it nobody may schedule a deletion but the owner.
  // access: { currentUser: presets.setting("app.user_id", "uuid"), app: ["…"], admin: ["…"], worker: ["…"] },
  tables: {
    // ── People ──────────────────────────────────────────────────────────────────────────────────────────────

    users: subject({
      key: "id",
      // view: "active_users", rls: "hide", // whether scheduled and deleted people are hidden, and how
      columns: {
        id: keep("pseudonymous: other rows refer to it"),
        email: pii.email({ onSoftDelete: true }), // e-mail address; free for a new registration
        unconfirmed_email: pii.null({ at: "schedule" }), // e-mail address not confirmed yet; dropped as soon as it is scheduled
        hashed_password: secret(), // secret or token
        name: pii.null(), // name
        display_name: pii.replace("Deleted user"), // name; shown beside what stays
        image: pii.null(), // picture or link
        phone: pii.null(), // phone number
        address: pii.null(), // address
        city: pii.null(), // address
        state: pii.null(), // part of an address
        zip_code: pii.null(), // address
        country: pii.null(), // part of an address
        gender: pii.null(), // something about the person
        birth_date: pii.null(), // birth
        nationality: pii.null(), // something about the person
        ...keepRest({ locale: keep(), is_admin: keep(), created_at: keep(), updated_at: keep() }),
      },
    }),

    // ── Signing in: sessions and tokens, deleted as soon as a deletion is scheduled ─────────────────────────

    // sessions, by its name and columns
    sessions: session({ owner: "user_id" }), // foreign key, on delete cascade

    // tokens, by its name
    user_tokens: session({ owner: "user_id" }), // foreign key, on delete cascade

    // ── Signing in: accounts at providers, keys ─────────────────────────────────────────────────────────────

    // account at a provider: it has a provider's column
    accounts: credential({ owner: "user_id" }), // foreign key, on delete cascade

    // ── Signing in: second factors ──────────────────────────────────────────────────────────────────────────

    // second factor, by its name
    backup_codes: mfa({ owner: "user_id" }), // foreign key, on delete cascade

    // second factor, by its name
    totp_credentials: mfa({ owner: "user_id" }), // foreign key, on delete cascade

    // ── What people made, and what is about them ────────────────────────────────────────────────────────────

    comments: content({
      owner: "author_id", // foreign key, on delete no action
      columns: {
        body: pii.replace("[deleted]"), // free text; NOT NULL
      },
    }),

    events: content({
      owner: "user_id", // foreign key, on delete no action
      columns: {
        name: pii.replace("[deleted]"), // free text; NOT NULL
        payload: todo("jsonb may hold anything: pii.jsonRemove([…]), all of it, or keep()?"),
        ip: pii.null(), // network address
        ...keepRest({ created_at: keep() }),
      },
    }),

    messages: table({
      columns: {
        body: pii.replace("[deleted]"), // free text; NOT NULL
      },
      rules: [
        content({ owner: "sender_id" }), // foreign key, on delete no action
        content({ owner: "recipient_id", rows: "detach" }), // foreign key, on delete no action
      ],
    }),

    property_listings: content({
      owner: "creator_id", // foreign key, on delete no action
      rows: { anonymize: "transform", hard_delete: "detach" },
      columns: {
        title: pii.replace("[deleted]"), // free text; NOT NULL
        contact_phone: pii.null(), // phone number
        contact_email: pii.null(), // e-mail address
        ...keepRest({ deleted_at: keep() }),
      },
    }),

    // part of comments
    comment_edits: content({ owner: via("comments"), rows: "delete" }), // foreign key, on delete no action

    // ── Rows that mean nothing without their person ─────────────────────────────────────────────────────────

    // means nothing without its person, by its name
    collection_members: content({ owner: "user_id", rows: "delete" }), // foreign key, on delete no action

    // means nothing without its person, by its name
    uploads: content({ owner: "user_id", rows: "delete" }), // foreign key, on delete no action

    // ── What the law may want kept ──────────────────────────────────────────────────────────────────────────

    // money or contracts, by its name: the law may want it kept
    invoices: todo("must these rows stay, how long, since when, and on what basis?"),
    // perhaps:
    // invoices: retain({
    //   owner: "user_id", // foreign key, on delete no action
    //   for: "7 years",
    //   since: "issued_at",
    //   basis: "legal_obligation",
    //   columns: {
    //     billing_name: pii.null(), // name
    //     billing_address: pii.null(), // address
    //     ...keepRest({ amount_cents: keep(), issued_at: keep() }),
    //   },
    // }),

    // ── What other people's rows depend on ──────────────────────────────────────────────────────────────────

    // other people's rows point at these: collection_members
    collections: todo("other people's rows in collection_members point at these: does owning some block a deletion, who gets them, or do they go too?"),
    // perhaps:
    // collections: blocker({
    //   owner: "owner_id", // foreign key, on delete no action
    //   message: "owns {count} collections",
    //   otherwise: content(),
    //   columns: {
    //     title: pii.null(), // free text
    //     ...keepRest({ deleted_at: keep() }),
    //   },
    // }),
  },
});
