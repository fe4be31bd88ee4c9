import { content, defineErasure, keep, pii, secret, session, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: pii.null(), hashed_password: secret(), created_at: keep() },
    }),
    sessions: session(),
    comments: content({ rows: "delete" }),
  },
  steps: {
    tidy: { at: "after", why: "tidies up", run: "delete from prices; commit" },
    // @ts-expect-error: there is no such moment
    soon: { at: "midnight", why: "later", run: "select 1", loud: true },
    "Release Seats": { at: "before", why: "", run: "call release(subjects", when: "loudly" },
  },
});
