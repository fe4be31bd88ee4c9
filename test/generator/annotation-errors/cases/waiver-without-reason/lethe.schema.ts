import { accept, content, defineErasure, keep, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
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
    sessions: session({ owner: "user_id", accept: accept("L025", "few", "user_id") }),
    comments: content({
      owner: "author_id",
      columns: { body: pii.null(), created_at: keep() },
      accept: [
        { code: "L014", why: "never empty" },
        accept("L025", " ", "author_id"),
      ],
    }),
    prices: unrelated("a price list"),
  },
});
