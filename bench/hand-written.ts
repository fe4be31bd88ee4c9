/** What a careful team would write by hand: the same statements, set-based, without request, event, guard or probe. */
import type postgres from "postgres";

const ANONYMIZE = [
  "delete from accounts where user_id = any($1)",
  "delete from backup_codes where user_id = any($1)",
  "delete from collection_members where user_id = any($1)",
  "delete from comment_edits where comment_id in (select id from comments where author_id = any($1))",
  `update events set payload = payload - 'email' - 'ip', ip = null
   where user_id = any($1) and (ip is not null or payload ?| array['email', 'ip'])`,
  `update invoices set billing_name = 'Deleted customer', billing_address = null where user_id = any($1)`,
  "update messages set body = '[deleted]' where sender_id = any($1)",
  "update messages set recipient_id = null where recipient_id = any($1)",
  "delete from totp_credentials where user_id = any($1)",
  "delete from uploads where user_id = any($1)",
  "delete from sessions where user_id = any($1)",
  "delete from user_tokens where user_id = any($1)",
  "update collections set title = null where owner_id = any($1)",
  "update comments set body = '[deleted]' where author_id = any($1)",
  "update property_listings set contact_phone = null, contact_email = null where creator_id = any($1)",
  `update users set email = 'deleted_' || id || '@deleted.invalid', unconfirmed_email = null, hashed_password = null,
     name = null, display_name = 'Deleted user', image = null, phone = null, address = null, city = null, state = null,
     zip_code = null, country = null, gender = null, birth_date = null, nationality = null,
     scheduled_deletion_at = null
   where id = any($1)`,
];

export async function eraseByHand(sql: postgres.Sql, people: string[], batch: number): Promise<void> {
  for (let start = 0; start < people.length; start += batch) {
    const some = people.slice(start, start + batch);
    await sql.begin(async (transaction) => {
      await transaction.unsafe("select from users where id = any($1) order by id for update", [some]);
      for (const statement of ANONYMIZE) await transaction.unsafe(statement, [some]);
    });
  }
}

/** Marks and signs out in one round trip. */
export async function scheduleByHand(sql: postgres.Sql, person: string): Promise<void> {
  await sql`
    with gone as (delete from sessions where user_id = ${person}),
         gone_too as (delete from user_tokens where user_id = ${person})
    update users
    set deleted_at = now(), scheduled_deletion_at = now(), unconfirmed_email = null
    where id = ${person} and deleted_at is null
  `;
}

/** Without Lethe's triggers: what the hand-written way would run on. */
export async function withoutTriggers(sql: postgres.Sql, work: () => Promise<void>): Promise<void> {
  const tables = ["users", "sessions", "user_tokens", "accounts"];
  for (const table of tables) await sql.unsafe(`alter table ${table} disable trigger user`);
  try {
    await work();
  } finally {
    for (const table of tables) await sql.unsafe(`alter table ${table} enable trigger user`);
  }
}
