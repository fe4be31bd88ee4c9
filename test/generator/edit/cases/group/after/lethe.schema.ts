import { comments, decision } from "./content.ts";
import { content, defineErasure, group, keep, keepRest, pii, secret, session, subject, todo, unrelated } from "pg-lethe";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), ...keepRest({ created_at: keep() }) },
    }),
    sessions: session({ owner: "user_id" }),
    comments,
    // What people say of things.
    ...group(
      ["*_ratings", "*_reviews"],
      content({
        owner: "user_id",
        columns: { text: pii.null(), device: todo("new column of type text: it may hold a device"), ...keepRest({ stars: keep() }) },
        rows: { anonymize: "transform" },
      }),
      [
        "book_ratings",
        "book_reviews", // the long ones
        // vanished: the database has no table gone_reviews any more
        "gone_reviews",
        todo("shop_ratings"),
        todo("shop_reviews"),
      ],
    ),
    ...group(["*_tags"], decision, ["book_tags", todo("shop_tags")]),
    prices: unrelated("a price list"),
  },
});
