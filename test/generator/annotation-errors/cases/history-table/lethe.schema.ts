import { defineErasure, keep, pii, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email() },
    }),
    users_history: unrelated("who changed what"),
  },
});
