import { content, defineErasure, keep, pii, subject, table, via } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
    folders: content({ owner: "user_id", rows: "delete" }),
    files: table({
      rules: [content({ owner: "user_id", rows: "delete" }), content({ owner: via("folders"), rows: "delete" })],
    }),
  },
});
