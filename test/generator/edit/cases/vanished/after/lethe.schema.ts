import { content, defineErasure, keep, pii, secret, session, subject, todo, unrelated } from "pg-lethe";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        // what they are called
        // vanished: the database has no column public.users.name any more
        name: pii.null(),
        // vanished: the database has no column public.users.hashed_password any more
        hashed_password: secret(),
        created_at: keep(),
        phone: todo("new column of type text: it may hold a phone number"),
      },
    }),
    sessions: session({ owner: "user_id" }),
    comments: content({ owner: "author_id", columns: { body: pii.replace("[deleted]"), /* vanished: the database has no column public.comments.created_at any more */ created_at: keep() } }),
    // vanished: the database has no table prices any more
    prices: unrelated("a price list"),
  },
});
