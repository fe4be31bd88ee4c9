import { content, defineErasure, keep, ownerSql, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  access: { currentUser: "current_setting('app.user_id'::uuid", admin: { sql: "select true" } },
  tables: {
    users: subject({
      key: "id",
      refuse: [{ where: "t.name = ", message: "no" }],
      columns: {
        id: keep(),
        email: pii.email({ unless: "t.email, t.name" }),
        name: pii.sql("t.name -- kept"),
        hashed_password: secret(),
        created_at: keep(),
      },
    }),
    sessions: session({ owner: ownerSql("t.user_id; drop table users") }),
    comments: content({ owner: "author_id", where: "t.id > 1) or (true", columns: { id: keep(), author_id: keep(), body: pii.replace("[deleted]"), created_at: keep() } }),
    prices: unrelated("a price list"),
  },
});
