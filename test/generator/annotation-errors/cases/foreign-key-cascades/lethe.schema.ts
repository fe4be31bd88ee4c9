import { content, defineErasure, keep, pii, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
    invoices: unrelated("bookkeeping"),
    notes: content({ owner: "user_id", rows: "delete" }),
    attachments: keep("never cleaned up"),
  },
});
