import { content, defineErasure, keep, pii, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
    posts: content({ owner: "author_id", rows: "delete" }),
    replies: content({ owner: "author_id", rows: "delete" }),
  },
});
