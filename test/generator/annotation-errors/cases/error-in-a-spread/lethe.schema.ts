import { content, defineErasure, keep, keepRest, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

const timestamps = () => ({ created_at: "keep" });
const accounts = {
  users: subject({
    key: "id",
    columns: {
      id: keep(),
      email: pii.email(),
      hashed_password: secret(),
      ...keepRest({ name: keep(7) }),
      ...timestamps(),
    },
  }),
  sessions: session({ owner: "user_id", wher: "t.token is null" }),
};

export default defineErasure({
  tables: {
    ...accounts,
    ...({ comments: content({ owner: "author_id", heavy: -1 }) } as const),
    prices: unrelated("a price list"),
  },
});
