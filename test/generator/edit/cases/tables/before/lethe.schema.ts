import {
  content,
  defineErasure,
  keep,
  keepRest,
  pii,
  secret,
  session,
  subject,
  todo as undecided,
  unrelated,
} from "pg-lethe";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), ...keepRest({ created_at: keep() }) },
    }),
    sessions: session({ owner: "user_id" }),
    comments: content({ owner: "author_id", columns: { body: undecided("what remains?"), created_at: keep() }, rows: { anonymize: "transform" } }),
    prices: unrelated("a price list") // no comma here, and
    // a last word
  },
});
