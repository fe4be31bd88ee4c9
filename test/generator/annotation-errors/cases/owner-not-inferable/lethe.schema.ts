import { content, defineErasure, keep, pii, subject, via } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
    messages: content({ columns: { body: pii.null() } }),
    reactions: content({ owner: via("messages"), rows: "delete" }),
    stars: content({ owner: via("prices"), rows: "delete" }),
  },
});
