import { defineErasure, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: unrelated("people?"),
  },
});
