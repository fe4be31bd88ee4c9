/** What the tables mean for a person who leaves: the annotation, and nothing that the rivals don't do as well. */
import {
  content,
  credential,
  keep,
  keepRest,
  mfa,
  pii,
  secret,
  session,
  subject,
} from "../../generator/index.ts";
import type { Erasure } from "../../test/support/schema-case.ts";
import type { Shape } from "./tables.ts";

export type Hiding = { view?: string; rls?: "hide" };

export function erasureOf(shape: Shape, hiding: Hiding = {}): Erasure {
  return {
    lifecycle: {
      strategies: ["anonymize", "hard_delete"],
      gracePeriod: "14 days",
      cancelCooldown: "24 hours",
    },
    access: {
      currentUser: "nullif(current_setting('app.user_id', true), '')::uuid",
      app: ["app_user"],
      admin: ["app_admin"],
      worker: ["app_worker"],
      searchPath: ["public"],
    },
    tables: {
      users: subject({
        key: "id",
        ...hiding,
        columns: {
          id: keep(),
          email: pii.email(),
          unconfirmed_email: pii.null({ at: "schedule" }),
          hashed_password: secret(),
          name: pii.null(),
          display_name: pii.replace("Deleted user"),
          image: pii.null(),
          phone: pii.null(),
          address: pii.null(),
          city: pii.null(),
          birth_date: pii.null(),
          ...keepRest({ locale: keep(), created_at: keep() }),
        },
      }),
      sessions: session(),
      tokens: session(),
      accounts: credential(),
      mfa_credentials: mfa(),
      ...(shape === "content" ? made(hiding) : {}),
    },
  };
}

function made({ view, rls }: Hiding): Erasure["tables"] {
  return {
    posts: content({
      owner: "author_id",
      ...(view === undefined ? {} : { view: "visible_posts" }),
      ...(rls === undefined ? {} : { rls }),
      columns: { title: pii.replace("[deleted]"), body: pii.replace("[deleted]"), created_at: keep() },
    }),
    events: content({
      columns: {
        name: keep("what happened, not to whom"),
        payload: pii.jsonRemove(["email", "ip"]),
        ip: pii.null(),
        created_at: keep(),
      },
    }),
  };
}
