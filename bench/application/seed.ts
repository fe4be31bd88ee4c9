/**
 * Rows by generate_series. Every table is filled in the order in which life fills it: everybody's first row, everybody's
 * second row and so on, so that one person's rows lie on as many pages as there are rows.
 */
import type postgres from "postgres";
import { indexesOf, type Shape, tablesOf } from "./tables.ts";

/** Rows of one person in shape "content": 8 for signing in, and a hundred more. */
export const POSTS = 20;
export const EVENTS = 80;

/** The key of person n: random to look at, the same every time. */
export const keyOf = (n: string) => `md5('person ' || ${n})::uuid`;

const SIGN_IN = [
  `insert into users (id, email, unconfirmed_email, hashed_password, name, display_name, image, phone, address, city,
     birth_date, locale, created_at)
   select ${keyOf("n")}, 'person-' || n || '@example.com', case when n % 20 = 0 then 'next-' || n || '@example.com' end,
     md5('password ' || n) || md5('salt ' || n), 'Name ' || n || ' Doe', 'Display name ' || n,
     'https://images.example.com/' || md5(n::text) || '.jpg', '+1 555 ' || n, n || ' Elm Street', 'City ' || n % 1000,
     date '1950-01-01' + (n * 7919 % 20000)::integer, 'en', timestamptz '2020-01-01' + n * interval '1 minute'
   from generate_series(1, $1::bigint) n`,
  `insert into sessions (id, user_id, token, ip, user_agent, expires_at)
   select md5('session ' || k || ' ' || n)::uuid, ${keyOf("n")}, md5('token ' || k || ' ' || n), '10.0.0.0'::inet + n,
     'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 ' || n, now() + interval '30 days'
   from generate_series(1, 2) k, generate_series(1, $1::bigint) n`,
  `insert into accounts (user_id, provider, provider_account_id, access_token)
   select ${keyOf("n")}, (array['google', 'github'])[k], 'account ' || n, md5('access ' || k || ' ' || n)
   from generate_series(1, 2) k, generate_series(1, $1::bigint) n`,
  `insert into tokens (user_id, context, token, sent_to)
   select ${keyOf("n")}, (array['confirm', 'reset'])[k], md5('mailed ' || k || ' ' || n), 'person-' || n || '@example.com'
   from generate_series(1, 2) k, generate_series(1, $1::bigint) n`,
  `insert into mfa_credentials (user_id, secret)
   select ${keyOf("n")}, md5('secret ' || n) from generate_series(1, $1::bigint) n`,
];

const CONTENT = [
  `insert into posts (author_id, title, body, created_at)
   select ${keyOf("n")}, 'Title ' || k || ' of ' || n, repeat(md5(k || ' ' || n), 10),
     timestamptz '2024-01-01' + k * interval '20 days' + n * interval '1 second'
   from generate_series(1, ${POSTS}) k, generate_series(1, $1::bigint) n`,
  `insert into events (user_id, name, payload, ip, created_at)
   select ${keyOf("n")}, (array['sign_in', 'search', 'view', 'save'])[1 + k % 4],
     jsonb_build_object('email', 'person-' || n || '@example.com', 'ip', '10.0.0.' || n % 256, 'step', k),
     '10.0.0.0'::inet + n, timestamptz '2024-01-01' + k * interval '5 days' + n * interval '1 second'
   from generate_series(1, ${EVENTS}) k, generate_series(1, $1::bigint) n`,
];

export async function seed(sql: postgres.Sql, shape: Shape, users: number): Promise<void> {
  await sql`set synchronous_commit = off`;
  await sql.unsafe(tablesOf(shape));
  for (const statement of shape === "sign-in" ? SIGN_IN : [...SIGN_IN, ...CONTENT])
    await sql.unsafe(statement, [users]);
  await sql.unsafe(indexesOf(shape));
  await sql`vacuum (freeze, analyze)`;
}

/** Keys in an order that has nothing to do with where they lie. */
export async function peopleOf(sql: postgres.Sql, count: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id from users order by md5(id::text) limit ${count}`;
  return rows.map(({ id }) => id);
}
