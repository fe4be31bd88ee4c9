import { content, defineErasure, keep, pii, secret, session, subject, unrelated } from "pg-lethe";

const dated = (columns: Record<string, ReturnType<typeof pii.null>>) =>
  content({ owner: "author_id", columns: { ...columns, created_at: keep() } });

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), created_at: keep() },
    }),
    sessions: session({ owner: "user_id" }),
    comments: dated({ body: pii.null() }),
    prices: unrelated("a price list"),
  },
});
