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
  lifecycle: { strategies: ["anonymize", "hard_delete"] },
  options: { loudly: false },
  steps: {
    tidy: { at: "after", why: "tidies up", strategies: ["soft_delete"], run: "delete from prices" },
    back: { at: "cancel", why: "says so", when: "loudly", run: "call app.back(subjects)" },
    tell: { at: "schedule", why: "says so", run: "insert into prices select key::integer from jsonb_each(captured)" },
  },
});
