import { blocker, content, defineErasure, keep, pii, secret, session, subject, table, todo, unrelated } from "pg-lethe";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), created_at: keep() },
    }),
    sessions: session({ owner: "user_id" }),
    comments: table({
      rules: [
        content({ owner: "author_id", columns: { body: pii.replace("-"), created_at: keep() } }),
        content({ owner: "author_id", when: "all", columns: {
          body: pii.replace("[deleted]"),
          created_at: keep(),
        } }),
      ],
    }),
    teams: blocker({ owner: "owner_id", message: "owns {count}", otherwise: content({ columns: {}, rows: { anonymize: "transform" } }) }),
    halls: blocker({ owner: "owner_id", message: "owns {count}", otherwise: content({ rows: { anonymize: "transform" } }) }),
    prices: unrelated("a price list"),
  },
  options: { all: false },
});
