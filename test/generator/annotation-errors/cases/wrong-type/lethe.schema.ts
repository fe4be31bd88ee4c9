import { content, defineErasure, keep, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  options: { delete_content: "no" },
  access: { app: "app_user", admin: 7 },
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        name: pii.replace(null),
        hashed_password: secret(),
        created_at: keep(),
      },
    }),
    sessions: session({ owner: 5 }),
    comments: content({ owner: "author_id", columns: { id: keep(), author_id: keep(), body: pii.replace("[deleted]"), created_at: keep() } }),
    prices: "a price list",
  },
});
