import { content, defineErasure, group, keep, pii, secret, session, subject, todo } from "../../../../../generator/index.ts";

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
    ...group(["*sions"], session({ owner: "user_id" })),
    ...group(["c*", "x_*"], content({ owner: "author_id", columns: { boby: pii.replace("[deleted]") } }), [
      "comments",
      "prices",
      todo("coupons"),
    ]),
  },
});
