import { ack, content, defineErasure, keep, pii, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email() },
      triggers: { touch_users: ack("sets updated_at") },
    }),
    lists: content({ owner: "owner_id", columns: { title: pii.null() } }),
  },
});
