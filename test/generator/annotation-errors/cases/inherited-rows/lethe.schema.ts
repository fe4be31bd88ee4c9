import { content, defineErasure, keep, pii, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
    notes: content({ owner: "user_id", columns: { body: pii.null() } }),
  },
});
