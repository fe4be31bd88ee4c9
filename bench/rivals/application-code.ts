/**
 * Application code as in Homi's text, one person after the other: the service looks the person up, deletes accounts and
 * sessions, and anonymizes the row. Kinder than the text in one thing: a transaction around it, so one commit a person.
 */
import type { Rival } from "./rival.ts";

export const applicationCode: Rival = {
  name: "application code",
  install: async () => {},
  schedule: async () => {},
  erase: async (sql, people, { shape, way }) => {
    for (const id of people)
      await sql.begin(async (tx) => {
        const [user] = await tx`select * from users where id = ${id}`;
        if (user === undefined) throw new Error("no such user");
        await tx`delete from accounts where user_id = ${id}`;
        await tx`delete from sessions where user_id = ${id}`;
        await tx`delete from tokens where user_id = ${id}`;
        await tx`delete from mfa_credentials where user_id = ${id}`;
        if (way === "hard_delete") {
          if (shape === "content") {
            await tx`delete from posts where author_id = ${id}`;
            await tx`delete from events where user_id = ${id}`;
          }
          await tx`delete from users where id = ${id}`;
          return;
        }
        if (shape === "content") {
          await tx`update posts set title = '[deleted]', body = '[deleted]' where author_id = ${id}`;
          await tx`update events set payload = payload - array['email', 'ip'], ip = null where user_id = ${id}`;
        }
        await tx`
          update users
          set deleted_at = ${new Date()}, email = ${`deleted-${id}@deleted.local`}, unconfirmed_email = null,
              hashed_password = null, name = null, display_name = 'Deleted user', image = null, phone = null,
              address = null, city = null, birth_date = null
          where id = ${id}
          returning *
        `;
      });
  },
};
