/**
 * Fills the reference application with people who have lived in it. One statement a table, so that a hundred
 * people take a moment and a hundred thousand a few minutes.
 *
 * Person n (from 1): every third (n % 3 = 0) owns an active collection and so can't be scheduled for deletion;
 * person 1 is an administrator; everybody comments on, writes to and shares with the next people.
 */
import type postgres from "postgres";

export type SeedOptions = {
  /** How many people. */
  users: number;
  /** Another number gives other keys; times count back from midnight UTC of today. */
  seed?: number;
};

/** Fills an empty reference application, in one transaction. */
export async function seed(sql: postgres.Sql, { users, seed: number = 1 }: SeedOptions): Promise<void> {
  if (!Number.isInteger(users) || users < 4) {
    throw new Error(`seed: users is ${users}; everybody deals with the next three, so take 4 or more`);
  }
  await sql.begin(async (tx) => {
    await tx`set local synchronous_commit = off`;
    // Helpers live in pg_temp: they end with the session and are no part of the application.
    await tx.unsafe(helpers(number, users));
    for (const statement of STATEMENTS) await tx.unsafe(statement, [users]);
    await tx.unsafe(DROP_HELPERS);
  });
  await sql`analyze`;
}

/**
 * key('users', 7): the same key every time; person(8) wraps round at the end; ip(7, 1): an address of person 7.
 * Declared stable, as what they call is: PostgreSQL inlines them then, which a million calls notice.
 */
function helpers(number: number, users: number): string {
  return `
    create function pg_temp.key(kind text, n bigint) returns uuid language sql stable
      return md5('${number}/' || kind || '/' || n)::uuid;
    create function pg_temp.person(n bigint) returns uuid language sql stable
      return md5('${number}/users/' || ((n - 1) % ${users} + 1))::uuid;
    create function pg_temp.ip(n bigint, host integer) returns inet language sql stable
      return ('2001:db8:' || to_hex(4096 + n / 32768) || ':' || to_hex(32768 + n % 32768) || '::'
        || to_hex(host))::inet;
    create function pg_temp.today() returns timestamptz language sql stable
      return date_trunc('day', now(), 'UTC');
  `;
}

const DROP_HELPERS = `
  drop function pg_temp.key(text, bigint);
  drop function pg_temp.person(bigint);
  drop function pg_temp.ip(bigint, integer);
  drop function pg_temp.today();
`;

/** In an order that foreign keys allow; $1 is the number of people. Texts as people.ts says. */
const STATEMENTS = [
  `insert into public.users (id, email, unconfirmed_email, hashed_password, name, display_name, image, phone, address,
     city, state, zip_code, country, gender, birth_date, nationality, locale, is_admin, created_at, updated_at)
   select pg_temp.key('users', n), format('user-%s@example.com', n), format('next.%s@example.com', n),
     format('Password #%s#', n), format('Name #%s# Doe', n), format('Display name #%s#', n),
     format('https://images.example.com/#%s#.jpg', n), format('Phone #%s# +1 555', n),
     format('Address #%s#, Elm Street', n), format('City #%s#', n), format('State #%s#', n),
     format('Zip code #%s#', n), format('Country #%s#', n), format('Gender #%s#', n),
     date '1945-01-01' + (n * 7919 % 22000)::integer, format('Nationality #%s#', n),
     (array['en', 'de', 'fr', 'it'])[1 + n % 4], n = 1,
     pg_temp.today() - interval '24 hours' * (400 + n % 3000), pg_temp.today() - interval '24 hours' * (n % 400)
   from generate_series(1, $1::bigint) n`,

  `insert into public.accounts (user_id, provider, provider_account_id)
   select pg_temp.key('users', n), provider, format('Provider account #%s# %s', n, provider)
   from generate_series(1, $1::bigint) n, unnest(array['google', 'github']) provider`,

  `insert into public.sessions (id, user_id, token, ip, user_agent, expires_at)
   select pg_temp.key('sessions', n * 10 + k), pg_temp.key('users', n), format('Session token #%s# %s', n, k),
     pg_temp.ip(n, k), format('Browser #%s# %s', n, k), pg_temp.today() + interval '24 hours' * (10 + k)
   from generate_series(1, $1::bigint) n, generate_series(1, 2) k`,

  `insert into public.user_tokens (user_id, context, token, sent_to)
   select pg_temp.key('users', n), context, format('E-mailed token #%s# %s', n, context),
     format('user-%s@example.com', n)
   from generate_series(1, $1::bigint) n, unnest(array['confirm', 'reset_password']) context`,

  `insert into public.totp_credentials (user_id, secret)
   select pg_temp.key('users', n), format('TOTP secret #%s#', n)
   from generate_series(1, $1::bigint) n`,

  `insert into public.backup_codes (user_id, code_hash)
   select pg_temp.key('users', n), format('Backup code #%s# %s', n, k)
   from generate_series(1, $1::bigint) n, generate_series(1, 4) k`,

  // Everybody has a deleted collection, every third person an active one, too: that one blocks.
  `insert into public.collections (id, owner_id, title, deleted_at)
   select pg_temp.key('collections', n * 10 + k), pg_temp.key('users', n), format('Collection #%s# %s', n, k),
     case when k = 1 then pg_temp.today() - interval '24 hours' * 30 end
   from generate_series(1, $1::bigint) n, generate_series(1, 2) k
   where k = 1 or n % 3 = 0`,

  `insert into public.collection_members (collection_id, user_id)
   select pg_temp.key('collections', n * 10 + k), pg_temp.person(n + beside)
   from generate_series(1, $1::bigint) n, generate_series(1, 2) k, generate_series(0, 1) beside
   where k = 1 or n % 3 = 0`,

  `insert into public.property_listings (id, creator_id, title, contact_phone, contact_email, deleted_at)
   select pg_temp.key('listings', n * 10 + k), pg_temp.key('users', n), format('Listing #%s# %s', n, k),
     format('Contact phone #%s#', n), format('host.%s@example.com', n),
     case when k = 2 then pg_temp.today() - interval '24 hours' * 60 end
   from generate_series(1, $1::bigint) n, generate_series(1, 2) k`,

  `insert into public.comments (id, listing_id, author_id, body)
   select pg_temp.key('comments', n * 10 + k), pg_temp.key('listings', ((n + k - 1) % $1::bigint + 1) * 10 + 1),
     pg_temp.key('users', n), format('Comment #%s# %s', n, k)
   from generate_series(1, $1::bigint) n, generate_series(1, 3) k`,

  `insert into public.comment_edits (comment_id, previous_body)
   select pg_temp.key('comments', n * 10 + k), format('Earlier comment #%s# %s', n, k)
   from generate_series(1, $1::bigint) n, generate_series(1, 3) k`,

  // To the next two people, and an answer to the one before.
  `insert into public.messages (sender_id, recipient_id, body)
   select pg_temp.key('users', n), pg_temp.person(n + $1::bigint + k), format('Message #%s# %s', n, k)
   from generate_series(1, $1::bigint) n, unnest(array[1, 2, -1]) k`,

  // One a year for nine years: some are past seven years of retention, some are not.
  `insert into public.invoices (user_id, billing_name, billing_address, amount_cents, issued_at)
   select pg_temp.key('users', n), format('Billing name #%s# Doe', n), format('Billing address #%s#, Elm Street', n),
     1000 + n % 900 * 10 + years, pg_temp.today() - interval '24 hours' * (365 * years + n % 300)
   from generate_series(1, $1::bigint) n, generate_series(0, 8) years`,

  `insert into public.uploads (id, user_id, url)
   select pg_temp.key('uploads', n * 10 + k), pg_temp.key('users', n),
     format('https://uploads.example.com/#%s#/%s.pdf', n, k)
   from generate_series(1, $1::bigint) n, generate_series(1, 2) k`,

  `insert into public.events (user_id, name, payload, ip, created_at)
   select pg_temp.key('users', n), (array['sign_in', 'search', 'view_listing', 'save'])[1 + k % 4],
     jsonb_build_object('email', format('user-%s@example.com', n), 'ip', host(pg_temp.ip(n, 100 + k)), 'step', k),
     pg_temp.ip(n, 100 + k), pg_temp.today() - interval '1 hour' * (k * 24 * 18 + n % 24)
   from generate_series(1, $1::bigint) n, generate_series(1, 20) k`,
];
