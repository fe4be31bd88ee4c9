import { content, defineErasure, ghost, keep, part, pii, reassign, secret, session, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  lifecycle: { strategies: ["anonymize"] },
  ghosts: { departed: ghost({ id: "00000000-0000-4000-8000-000000000001", email: "ghost@example.org" }) },
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), created_at: keep() },
    }),
    profiles: part({ columns: { bio: pii.null() } }),
    addresses: part({ owner: "user_id", columns: { street: pii.null({ at: "schedule" }) } }),
    sessions: session({ owner: "user_id" }),
    comments: content({
      owner: "author_id",
      columns: { body: pii.replace("[deleted]", { onSoftDelete: true }), created_at: keep() },
    }),
    posts: content({ owner: "author_id", rows: reassign("departed") }),
  },
});
