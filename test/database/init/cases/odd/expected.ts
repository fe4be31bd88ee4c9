/**
 * What every table and column means for a person who leaves. A first draft by `lethe init`, guessed from names,
 * types and keys; the reason for each guess stands beside it. Read every line: what is right may lose its comment,
 * what is wrong is to be corrected, and each todo() is a question that somebody has to answer. Then run
 * `lethe check`.
 */
import { content, defineErasure, keep, keepRest, pii, subject, todo, via } from "pg-lethe";

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

    // the usual mark columns exist already, of another type: these are Lethe's own
    "My App.User Accounts": subject({
      key: "userId",
      marks: { deletedAt: "erased_at", scheduledFor: "erasure_scheduled_at" },
      // view: "active_User Accounts", rls: "hide", // whether scheduled and deleted people are hidden, and how
      columns: {
        userId: keep("pseudonymous: other rows refer to it"),
        emailAddress: pii.email({ onSoftDelete: true }), // e-mail address; free for a new registration
        loginName: todo("user name; foreign keys of billing.wallets point at it, so that a new value would be refused: alter them to on update cascade?"),
        nickName: pii.replace("-"), // user name; NOT NULL
        handle: pii.template("deleted_{id}"), // user name; NOT NULL, unique
        initials: pii.replace("-"), // name; NOT NULL
        gender: todo("NOT NULL, one of mild, harsh: which one?"), // something about the person
        birthYear: pii.null(), // birth
        phoneNumber: todo("the CHECK User Accounts_phoneNumber_check forbids the new value: (\"phoneNumber\" ~ '^[+]'::text)"),
        ...keepRest({ tenantId: keep(), isActive: keep(), deleted_at: keep() }),
      },
    }),

    // ── What people made, and what is about them ────────────────────────────────────────────────────────────

    "My App.Letter": todo("other rows of the same table may point at the rows of My App.Letter that the rule deletes under hard_delete: the foreign key Letter_replyTo_fkey (on delete no action) then forbids it"),
    // perhaps:
    // "My App.Letter": content({
    //   owner: "ownerUserId", // foreign key, on delete cascade
    //   columns: {
    //     body: todo("the CHECK Letter_body_check forbids the new value: (length(body) > 12)"),
    //     "line\nbreak": todo("text: does it say anything about a person?"),
    //     ...keepRest({ tone: keep() }),
    //   },
    // }),

    // needs an index: create index on billing.page_views (user_id);
    "billing.page_views": content({
      owner: "user_id", // no foreign key; named like a reference, of type text: the key is cast to it
      columns: {
        ip: pii.truncate("network"), // network address; NOT NULL: cut to its network
        user_agent: pii.null(), // device or browser
      },
    }),

    "billing.profiles": content({
      owner: via("My App.User Accounts"), // foreign key to handle, which isn't the key; on delete cascade
      rows: { anonymize: "transform", hard_delete: "delete" },
      columns: {
        motto: todo("text: does it say anything about a person?"),
      },
    }),

    // needs an index: create index concurrently on billing.wallets (holder);
    "billing.wallets": content({
      owner: via("My App.User Accounts"), // foreign key to loginName, which isn't the key; on delete no action
      columns: {
        iban: pii.template("deleted_{key}"), // official or bank number; NOT NULL, unique
      },
    }),

    // ── What the law may want kept ──────────────────────────────────────────────────────────────────────────

    // money or contracts, by its name: the law may want it kept
    "My App.Order": todo("must these rows stay, how long, since when, and on what basis?"),
    // perhaps:
    // "My App.Order": retain({
    //   owner: "placedBy", // foreign key (tenantId, placedBy), on delete no action
    //   for: "7 years",
    //   since: "created_at",
    //   basis: "legal_obligation",
    //   columns: {
    //     note: pii.null(), // free text
    //   },
    // }),

    // part of My App.Order
    "My App.Order Line": todo("goes with My App.Order: decide that first"),
    // perhaps:
    // "My App.Order Line": content({
    //   owner: via("My App.Order"), // foreign key, on delete no action
    //   columns: {
    //     giftMessage: pii.replace("-"), // free text; NOT NULL
    //   },
    // }),

    // ── Not placed: somebody has to say what these are ──────────────────────────────────────────────────────

    "billing.legacy_notes": todo("no key of My App.User Accounts is in it, but user_id may name one, but is of type integer: whose rows are these?"),

    "billing.rooms": todo("no key of My App.User Accounts is in it, but member_ids may list people: whose rows are these?"),

    // ── Nothing leads from these to a person, by key or by name: nothing has to be said of them ─────────────

    // billing.prices
  },
});
