import { defineErasure, keep, pii, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "email_domain",
      columns: { id: keep(), email: pii.email(), email_domain: keep(), deleted_at: keep() },
    }),
  },
});
