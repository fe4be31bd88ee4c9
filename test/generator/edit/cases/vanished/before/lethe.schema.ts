import { content, defineErasure, keep, pii, secret, session, subject, todo, unrelated } from "pg-lethe";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        // what they are called
        name: pii.null(),
        // vanished: the database has no column public.users.hashed_password any more
        hashed_password: secret(),
        created_at: keep(),
      },
    }),
    sessions: session({ owner: "user_id" }),
    comments: content({ owner: "author_id", columns: { body: pii.replace("[deleted]"), created_at: keep() } }),
    prices: unrelated("a price list"),
  },
});
