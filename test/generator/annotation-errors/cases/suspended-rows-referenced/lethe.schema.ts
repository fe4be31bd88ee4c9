import { content, credential, defineErasure, keep, pii, subject, via } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({ key: "id", columns: { id: keep(), email: pii.email() } }),
    accounts: credential({ owner: "user_id", suspend: "move" }),
    grants: content({ owner: via("accounts"), rows: "delete" }),
  },
});
