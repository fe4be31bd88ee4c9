import { content, defineErasure, keep, pii, retain, secret, session, subject, unrelated, via } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      columns: {
        id: keep(),
        email: pii.email(),
        name: pii.replace("Deleted user"),
        hashed_password: secret(),
        created_at: keep(),
      },
    }),
    sessions: session({ owner: "user_id" }),
    comments: retain({ owner: "author_id", since: "created_at" }),
    prices: unrelated(),
  },
});
