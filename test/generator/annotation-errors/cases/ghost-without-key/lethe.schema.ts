import { content, defineErasure, ghost, keep, pii, reassign, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  ghosts: { departed: ghost({ email: "departed@example.org" }) },
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        name: pii.replace("Deleted user"),
        hashed_password: secret(),
        created_at: keep(),
      },
    }),
    sessions: session({ owner: "user_id" }),
    comments: content({ owner: "author_id", rows: reassign("departed"), columns: { body: keep("stays"), created_at: keep() } }),
    prices: unrelated("a price list"),
  },
});
