import { content, defineErasure, group, keep, keepRest, pii, secret, session, subject, unrelated } from "pg-lethe";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), ...keepRest({ created_at: keep() }) },
    }),
    sessions: session({ owner: "user_id" }),
    ...group(["comments"], content({ owner: "author_id", rows: "delete" })),
    ...group(["*_ratings", "likes"], content({ owner: "user_id", rows: "delete" }), ["book_ratings", "shop_ratings"]),
    ...group(
      ["*_tags"],
      content({ owner: "user_id", rows: "delete" }),
      ["book_tags"],
    ),
    prices: unrelated("a price list"),
  },
});
