import { content, defineErasure, keep, pii, subject, via } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
    "Order": content({ owner: "buyerId", rows: "delete" }),
    order_lines: content({ owner: via("Order"), rows: "delete" }),
  },
});
