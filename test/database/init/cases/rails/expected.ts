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
} from "pg-lethe";

export default defineErasure({
  lifecycle: {
    // hard_delete is left out: other people's rows may point at the person's: the foreign key users_invited_by_id_fkey (on delete no action) then forbids hard_delete; alter the foreign key: on delete set null
    strategies: ["anonymize", "soft_delete"], // the first is the default
    gracePeriod: "14 days",
    cancelCooldown: "24 hours",
  },
  // Who is signed in, and which roles the application has: without it nobody may schedule a deletion but the owner.
  // access: { currentUser: presets.setting("app.user_id", "uuid"), app: ["…"], admin: ["…"], worker: ["…"] },
  tables: {
    // ── People ──────────────────────────────────────────────────────────────────────────────────────────────

    // the usual mark columns exist already, of another type: these are Lethe's own
    users: subject({
      key: "id",
      marks: { deletedAt: "erased_at", scheduledFor: "erasure_scheduled_at" },
      // view: "active_users", rls: "hide", // whether scheduled and deleted people are hidden, and how
      columns: {
        id: keep("pseudonymous: other rows refer to it"),
        email: pii.email({ onSoftDelete: true }), // e-mail address; free for a new registration
        unconfirmed_email: pii.null({ at: "schedule" }), // e-mail address not confirmed yet; dropped as soon as it is scheduled
        encrypted_password: secret({ to: "!" }), // secret or token; NOT NULL
        reset_password_token: secret(), // secret or token
        current_sign_in_at: pii.null(), // when the person was here
        last_sign_in_at: pii.null(), // when the person was here
        current_sign_in_ip: pii.null(), // network address
        last_sign_in_ip: pii.null(), // network address
        confirmation_token: secret(), // secret or token
        otp_secret: mfa.secret(), // second factor
        otp_backup_codes: mfa.secret(), // second factor
        username: todo("NOT NULL and unique, of type character varying(15): what fits?"), // user name
        first_name: pii.null(), // name
        last_name: pii.replace("-"), // name; NOT NULL
        google_uid: pii.null(), // the person's id at another service
        bio: pii.null(), // free text
        settings: todo("jsonb may hold anything: pii.jsonRemove([…]), all of it, or keep()?"),
        raw_info: pii.null(), // about the person, by its name
        ...keepRest({
          reset_password_sent_at: keep(), sign_in_count: keep(), confirmed_at: keep(),
          otp_required_for_login: keep(), invited_by_id: keep(), deleted_at: keep(), admin: keep(),
          created_at: keep(), updated_at: keep(),
        }),
      },
    }),

    // ── Signing in: sessions and tokens, deleted as soon as a deletion is scheduled ─────────────────────────

    // sessions, by its name and columns
    // needs an index: create index concurrently on public.sessions (user_id);
    sessions: session({ owner: "user_id" }), // no foreign key; named and typed like a reference

    // ── Signing in: accounts at providers, keys ─────────────────────────────────────────────────────────────

    // account at a provider: it has a provider's column
    // needs an index: create index concurrently on public.identities (user_id);
    identities: credential({ owner: "user_id" }), // no foreign key; named and typed like a reference

    // ── What people made, and what is about them ────────────────────────────────────────────────────────────

    // record_type and record_id name any kind of row
    attachments: todo("which value of record_type stands for users, if any does?"),
    // perhaps:
    // attachments: content({
    //   owner: polymorphic({ type: "record_type", id: "record_id", value: "User" }), // "User" is a guess
    //   columns: {
    //     filename: pii.replace("[deleted]"), // free text; NOT NULL
    //     metadata: todo("text: does it say anything about a person?"),
    //   },
    // }),

    // item_type and item_id name any kind of row
    audit_entries: todo("which value of item_type stands for users, if any does?"),
    // perhaps:
    // audit_entries: content({
    //   owner: polymorphic({ type: "item_type", id: "item_id", value: "User" }), // "User" is a guess
    //   rows: { anonymize: "transform", hard_delete: "delete" },
    //   columns: {
    //     whodunnit: todo("character varying: does it say anything about a person?"),
    //     object: todo("text: does it say anything about a person?"),
    //   },
    // }),

    comments: content({
      owner: "user_id", // foreign key, on delete set null: rows outlive their owner
      rows: { anonymize: "transform", hard_delete: "detach" },
      columns: {
        body: pii.replace("[deleted]"), // free text; NOT NULL
      },
    }),

    // recipient_type and recipient_id name any kind of row
    notifications: todo("which value of recipient_type stands for users, if any does?"),
    // perhaps:
    // notifications: content({
    //   owner: polymorphic({ type: "recipient_type", id: "recipient_id", value: "User" }), // "User" is a guess
    //   rows: { anonymize: "transform", hard_delete: "delete" },
    //   columns: {
    //     params: todo("jsonb may hold anything: pii.jsonRemove([…]), all of it, or keep()?"),
    //     ...keepRest({ read_at: keep() }),
    //   },
    // }),

    training_sessions: content({
      owner: "user_id", // foreign key, on delete no action
      columns: {
        title: pii.replace("[deleted]"), // free text; NOT NULL
        ...keepRest({ starts_at: keep() }),
      },
    }),

    // ── Rows that mean nothing without their person ─────────────────────────────────────────────────────────

    // means nothing without its person, by its name
    friendships: table({
      rules: [
        content({ owner: "user_id", rows: "delete" }), // foreign key, on delete no action
        content({ owner: "friend_id", rows: "delete" }), // foreign key, on delete no action
      ],
    }),

    // ── Rows that somebody only had a hand in ───────────────────────────────────────────────────────────────

    // created_by: somebody did something to these rows, they aren't theirs
    products: content({
      owner: "created_by", // no foreign key; named and typed like a reference
      rows: "detach",
      columns: {
        sku: todo("character varying: does it say anything about a person?"),
        description: todo("free text: is it about the thing, or about a person?"),
        updated_by: todo("looks like a reference to users, of type character varying: a key, a name, or somebody else's?"),
        ...keepRest({ created_at: keep() }),
      },
    }),

    // ── What the law may want kept ──────────────────────────────────────────────────────────────────────────

    // money or contracts, by its name: the law may want it kept
    orders: todo("must these rows stay, how long, since when, and on what basis?"),
    // perhaps:
    // orders: retain({
    //   owner: "user_id", // foreign key, on delete no action
    //   for: "7 years",
    //   since: "created_at",
    //   basis: "legal_obligation",
    //   columns: {
    //     shipping_address: pii.null(), // address
    //     ...keepRest({ total_cents: keep(), created_at: keep() }),
    //   },
    // }),

    // part of orders
    order_items: todo("goes with orders: decide that first"),
    // perhaps:
    // order_items: content({
    //   owner: via("orders"), // foreign key, on delete no action
    //   rows: { anonymize: "transform", hard_delete: "delete" },
    //   columns: {
    //     ...keepRest({ quantity: keep() }),
    //   },
    // }),

    // ── What other people's rows depend on ──────────────────────────────────────────────────────────────────

    // other people's rows point at these: comments
    posts: todo("other people's rows in comments point at these: does owning some block a deletion, who gets them, or do they go too?"),
    // perhaps:
    // posts: blocker({
    //   owner: "author_id", // foreign key, on delete no action
    //   message: "owns {count} posts",
    //   otherwise: content(),
    //   columns: {
    //     title: pii.replace("[deleted]"), // free text; NOT NULL
    //     body: pii.null(), // free text
    //     slug: todo("character varying: does it say anything about a person?"),
    //     ...keepRest({ published: keep(), created_at: keep() }),
    //   },
    // }),

    // part of posts
    taggings: todo("goes with posts: decide that first"),
    // perhaps:
    // taggings: content({
    //   owner: via("posts"), // foreign key, on delete cascade
    //   rows: { anonymize: "transform", hard_delete: "delete" },
    //   columns: {
    //     tag: todo("character varying: does it say anything about a person?"),
    //   },
    // }),

    // ── Not placed: somebody has to say what these are ──────────────────────────────────────────────────────

    newsletter_subscribers: todo("holds email (e-mail address), but nothing leads to users: whose rows are these?"),

    // ── Nothing leads from these to a person, by key or by name: nothing has to be said of them ─────────────

    // public.ar_internal_metadata, public.countries
  },
});
