import { content, defineErasure, keep, match, pii, secret, session, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), created_at: keep() },
    }),
    // @ts-expect-error: the builder's type asks for `if` too
    sessions: session({ owner: match("token", { value: "email" }) }),
    comments: content({ owner: match("body", { value: "name", if: "t.created_at is not null" }), rows: "delete" }),
  },
});
