/** The statements that somebody who knows PostgreSQL writes for this application: set-based, each row once, guarded. */
import type { Shape } from "../application/tables.ts";
import type { Way } from "./rival.ts";

const SIGN_IN = [
  "delete from sessions where user_id = any(people);",
  "delete from tokens where user_id = any(people);",
  "delete from accounts where user_id = any(people);",
  "delete from mfa_credentials where user_id = any(people);",
];

const CONTENT: Record<Way, string[]> = {
  anonymize: [
    `update posts set title = '[deleted]', body = '[deleted]'
     where author_id = any(people) and (title <> '[deleted]' or body <> '[deleted]');`,
    `update events set payload = payload - array['email', 'ip'], ip = null
     where user_id = any(people) and (ip is not null or payload ?| array['email', 'ip']);`,
  ],
  hard_delete: [
    "delete from posts where author_id = any(people);",
    "delete from events where user_id = any(people);",
  ],
};

const SUBJECT: Record<Way, string> = {
  anonymize: `update users
     set email = 'deleted_' || id || '@deleted.invalid', unconfirmed_email = null, hashed_password = null, name = null,
         display_name = 'Deleted user', image = null, phone = null, address = null, city = null, birth_date = null,
         scheduled_deletion_at = null
     where id = any(people);`,
  hard_delete: "delete from users where id = any(people);",
};

/** For a plpgsql function with a variable `people`. */
export function statements(shape: Shape, way: Way): string {
  return [...SIGN_IN, ...(shape === "content" ? CONTENT[way] : []), SUBJECT[way]].join("\n");
}
