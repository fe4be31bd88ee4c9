import { defineErasure, keep, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
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
    prices: unrelated("a price list"),
  },
});
