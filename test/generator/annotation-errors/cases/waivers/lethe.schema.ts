import { accept, content, defineErasure, keep, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  accept: [accept("L050", "refreshed every night", "public.totals")],
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
    sessions: session({ owner: "user_id", accept: [accept("L025", "few", "user_id"), accept("L25", "few")] }),
    comments: content({
      owner: "author_id",
      columns: { body: pii.null(), created_at: keep() },
      accept: [
        accept("L014", "never empty", "body"),
        accept("L025", "not many", "author_id"),
      ],
    }),
    prices: unrelated("a price list"),
  },
});
