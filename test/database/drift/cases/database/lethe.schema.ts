import { content, defineErasure, keep, pii, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  access: { worker: ["app_worker"] },
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), city: pii.null() },
    }),
    posts: content({ columns: { body: pii.replace("[deleted]") } }),
  },
});
