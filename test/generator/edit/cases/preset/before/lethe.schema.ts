import { authPresets, content, defineErasure, keep, pii, session, unrelated } from "pg-lethe";

export default defineErasure({
  tables: {
    ...authPresets.phoenix({ table: "users" }),
    sessions: session({ owner: "user_id" }),
    comments: content({ owner: "author_id", columns: { body: pii.null(), created_at: keep() } }),
    prices: unrelated("a price list"),
  },
});
