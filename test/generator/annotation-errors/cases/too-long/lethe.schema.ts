import { defineErasure, keep, pii, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        handle: pii.template("deleted_{id}"),
        country: pii.replace("unknown"),
      },
    }),
  },
});
