import { content, defineErasure, keep, part, pii, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  access: { worker: ["app_worker"] },
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), city: pii.null() },
    }),
    posts: content({ columns: { body: pii.replace("[deleted]") } }),
    details: part({ owner: "user_id", columns: { nick: pii.null() } }),
    "price_*": unrelated("price lists"),
  },
});
