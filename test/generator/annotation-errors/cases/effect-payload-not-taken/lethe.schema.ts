import { content, defineErasure, keep, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        name: pii.null({ effect: "avatar" }),
        hashed_password: secret(),
        created_at: keep(),
      },
    }),
    sessions: session({ owner: "user_id" }),
    comments: content({ owner: "author_id", columns: { body: pii.replace("[deleted]"), created_at: keep() } }),
    prices: unrelated("a price list"),
  },
  effects: {
    avatar: { handler: "blob", payload: { url: "t.email" } },
    goodbye: { handler: "mail", payload: { to: "t.email", schedulefor: "r.scheduled_for" } },
    reminder: { handler: "mail", at: "before", lead: "3 days", payload: { name: "t.name" } },
  },
});
