import { content, defineErasure, keep, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  lifecycle: { window: { from: "10 pm", to: "05:00", timeZone: "Europe/Roma" }, requestAttempts: 0 },
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
    comments: content({ owner: "author_id", columns: { id: keep(), author_id: keep(), body: pii.replace("[deleted]"), created_at: keep() } }),
    prices: unrelated("a price list"),
  },
});
