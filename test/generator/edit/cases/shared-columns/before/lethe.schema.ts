import { content, defineErasure, keep, pii, secret, session, subject, unrelated } from "pg-lethe";

const texts = { body: pii.replace("[deleted]"), created_at: keep() };
const notes = content({ owner: "author_id", columns: texts });
const more = Object.keys(texts).length;

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), created_at: keep() },
    }),
    sessions: session({ owner: "user_id" }),
    comments: notes,
    prices: unrelated(`a price list (${more})`),
  },
});
