import { content, defineErasure, keep, pii, subject, via } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), handle: pii.template("deleted_{id}"), nick: pii.null() },
    }),
    // The foreign key to users (handle) has no on update cascade.
    profiles: content({
      rows: { anonymize: "transform", hard_delete: "delete" },
      columns: { motto: pii.null() },
    }),
    mentions: content({ owner: via("users", { columns: ["handle"], references: ["handle"] }), columns: { body: pii.null() } }),
    rants: content({ owner: via("users", { columns: ["nick"], references: ["nick"] }), rows: "delete" }),
  },
});
