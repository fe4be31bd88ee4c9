import { defineErasure, keep, pii, set, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        status: set("deleted"),
        birth_date: pii.replace("unknown"),
        age: pii.replace("none"),
      },
    }),
  },
});
