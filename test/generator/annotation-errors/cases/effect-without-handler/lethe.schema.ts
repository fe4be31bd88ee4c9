import { content, defineErasure, jobs, keep, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), created_at: keep() },
    }),
    sessions: session({ owner: "user_id" }),
    comments: content({ owner: "author_id", columns: { body: pii.replace("[deleted]"), created_at: keep() } }),
    prices: unrelated("a price list"),
  },
  effects: {
    billing: { handler: "polr", payload: { externalId: "t.id" } },
    newsletter: { handler: "crm", payload: { email: "t.email" } },
    mails: jobs({ key: "'mail:' || t.id" }),
  },
});
