import { content, defineErasure, group, keep, keepRest, pii, secret, session, subject, unrelated } from "pg-lethe";

const kinds = ["book", "shop"];

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), ...keepRest({ created_at: keep() }) },
    }),
    sessions: session({ owner: "user_id" }),
    comments: content({ owner: "author_id", rows: "delete" }),
    ...group(["*_ratings"], content({ owner: "user_id", rows: "delete" }), kinds.map((kind) => `${kind}_ratings`)),
    prices: unrelated("a price list"),
  },
});
