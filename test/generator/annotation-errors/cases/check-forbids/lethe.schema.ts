import { defineErasure, keep, pii, set, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), role: set("gone"), phone: pii.null() },
    }),
  },
});
