import { defineErasure, keep, pii, retain, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
    invoices: retain({
      owner: "user_id",
      for: "7 years",
      since: "number",
      basis: "legal_obligation",
      columns: { number: keep(), issued_at: keep() },
    }),
    invoice_lines: unrelated("what was sold"),
    receipts: retain({
      owner: "user_id",
      for: "7 years",
      since: "issued_at",
      basis: "legal_obligation",
      columns: { issued_at: keep() },
    }),
  },
});
