import { content, defineErasure, jobs, keep, pii, secret, session, subject, unrelated } from "../../../../../generator/index.ts";

export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email(),
        name: pii.null(),
        hashed_password: secret({ effect: "crm" }),
        created_at: keep(),
      },
    }),
    sessions: session({ owner: "user_id" }),
    comments: content({ owner: "author_id", columns: { body: pii.replace("[deleted]"), created_at: keep() } }),
    prices: unrelated("a price list"),
  },
  effects: {
    crm: { handler: "webhook", payload: { email: "t.mail", all: "to_jsonb(t)" } },
    pendingJobs: jobs({ tasks: ["send_mail"] }),
  },
});
