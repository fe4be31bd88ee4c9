import { blocker, content, defineErasure, keep, pii, secret, session, subject, table, unrelated, via } from "../../../../../generator/index.ts";

const kept = undefined;

export default defineErasure({
  schema: "pg_lethe",
  lifecycle: { strategies: ["anonymise"], gracePeriod: "40 days" },
  tables: {
    users: subject({
      keys: "id",
      rfuse: [],
      columns: {
        id: kept,
        email: pii.email(),
        name: pii.replace({}),
        hashed_password: secret(),
        created_at: keep(),
      },
    }),
    sessions: session({ owner: "user_id" }),
    comments: table({
      rules: [
        blocker({ owner: via(), where: "t.", otherwise: content({ rows: "destroy", columns: { body: pii.jsonSet("a") } }) }),
        content({ owner: "author_id", unless: "nothing" }),
      ],
    }),
    prices: unrelated("a price list"),
  },
});
