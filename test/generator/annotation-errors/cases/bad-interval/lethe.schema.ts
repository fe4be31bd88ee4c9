import { content, defineErasure, keep, pii, retain, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  lifecycle: { gracePeriod: "two weeks", cancelCooldown: 24 },
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
    sessions: session({ owner: "user_id" }),
    comments: retain({ for: "P7Y", since: "created_at", basis: "legal_claims", owner: "author_id", columns: { id: keep(), author_id: keep(), body: pii.replace("[deleted]"), created_at: keep() } }),
    prices: unrelated("a price list"),
  },
});
