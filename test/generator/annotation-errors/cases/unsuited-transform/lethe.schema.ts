import { content, defineErasure, keep, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        name: pii.replace("Deleted user"),
        hashed_password: secret(),
        created_at: pii.email(),
      },
    }),
    sessions: session({ owner: "user_id" }),
    comments: content({
      owner: "author_id",
      columns: { body: pii.truncate("year"), created_at: pii.truncate("network") },
    }),
    prices: unrelated("a price list"),
  },
});
