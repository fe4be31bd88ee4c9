import { content, defineErasure, keep, pii, referencedBy, subject, via } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
    orders: content({ columns: { note: pii.null() } }),
    addresses: content({ owner: referencedBy("orders"), rows: "delete", view: "shown_addresses" }),
    labels: content({ owner: via("addresses"), rows: "delete" }),
    // Nothing of this name, and nothing that points here.
    places: content({ owner: referencedBy("adresses"), rows: "delete" }),
    parks: content({ owner: referencedBy("orders"), rows: "delete" }),
  },
});
