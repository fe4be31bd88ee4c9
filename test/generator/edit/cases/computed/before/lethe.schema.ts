import { content, defineErasure, keep, pii, secret, session, subject, unrelated } from "pg-lethe";

const names = ["comments"];
const made = Object.fromEntries(
  names.map((name) => [name, content({ owner: "author_id", columns: { body: pii.null(), created_at: keep() } })]),
);

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), created_at: keep() },
    }),
    sessions: session({ owner: "user_id" }),
    ...made,
    prices: unrelated("a price list"),
  },
});
