import { content, defineErasure, keep, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        nmae: pii.replace("Deleted user"),
        hashed_password: secret(),
        created_at: keep(),
      },
    }),
    sessions: session({ owner: "user_id" }),
    comment: content({ owner: "author_id", rows: "delete" }),
    comments: content({ owner: "auhtor_id", rows: "delete" }),
    "archive.*": unrelated("old"),
    prices: unrelated("a price list"),
  },
});
