import { content, defineErasure, group, keep, pii, secret, session, subject } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        name: pii.replace("Deleted user"),
        hashed_password: secret(),
        created_at: keep(),
      },
    }),
    sessions: session({ owner: "user_id" }),
    ...group([], session()),
    ...group(["drafts"], content({ owner: "author_id", rows: "delete", view: "live_drafts" })),
    // @ts-expect-error a table has one subject
    ...group(["c*"], subject({ key: "id", columns: {} }), ["comments"]),
    // @ts-expect-error numbers name no table
    ...group(["p*"], content({ when: "thorough", onwer: "author_id" }), ["prices", "sessions", "prices", 5]),
  },
});
