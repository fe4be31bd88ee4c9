/** A part beside a table of people that belongs to somebody else, as `public.profiles` beside Supabase's `auth.users`. */
import { expect, test } from "vitest";
import { content, keep, part, pii, secret, subject } from "../../../generator/index.ts";
import { erase, schedule, useScenario } from "../../support/scenario.ts";
import { sqlState, terms } from "../../support/schema-case.ts";

const db = useScenario(
  `
  create schema auth;
  create table auth.users (id uuid primary key default gen_random_uuid(), email text unique, encrypted_password text);
  create table auth.details (user_id uuid primary key references auth.users (id) on delete cascade, address text unique);
  create table public.profiles (
    id uuid primary key references auth.users (id) on delete cascade,
    username text unique, full_name text, website text, updated_at timestamptz
  );
  alter table public.profiles enable row level security;
  create policy "Everyone sees profiles" on public.profiles for select using (true);
  create table public.posts (id bigint generated always as identity primary key, author uuid not null references public.profiles (id), body text not null);
  create index on public.posts (author);
  create function handle_new_user() returns trigger language plpgsql security definer set search_path = '' as $$
  begin
    insert into public.profiles (id, full_name) values (new.id, new.email);
    return new;
  end $$;
  create trigger on_auth_user_created after insert on auth.users for each row execute function handle_new_user();
  grant usage on schema auth to app_user;
  grant select on auth.users, public.profiles, public.posts to app_user;
  `,
  {
    ...terms,
    access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::uuid" },
    tables: {
      "auth.users": subject({
        key: "id",
        marks: "lethe",
        columns: { id: keep(), email: pii.email(), encrypted_password: secret() },
      }),
      "auth.details": part({ columns: { address: pii.email() } }),
      profiles: part({
        view: "visible_profiles",
        rls: "restrict",
        columns: {
          username: pii.template("deleted_{id}", { at: "schedule", restore: true }),
          full_name: pii.replace("Deleted user"),
          website: pii.null(),
          updated_at: keep(),
        },
      }),
      posts: content({ rls: "hide", columns: { body: pii.replace("[deleted]") } }),
    },
  },
);

async function addPerson(name: string): Promise<string> {
  const [made] = await db.sql`insert into auth.users (email) values (${`${name}@example.com`}) returning id`;
  await db.sql`update profiles set username = ${name} where id = ${made?.id}`;
  await db.sql`insert into auth.details (user_id, address) values (${made?.id}, ${`${name}@home.example`})`;
  await db.sql`insert into posts (author, body) values (${made?.id}, 'hello')`;
  return made?.id;
}

test("the part hides with its person, from the moment of the schedule, with what refers to it", async () => {
  const [ann, ben] = [await addPerson("ann"), await addPerson("ben")];
  const reader = await db.as("app_user");
  const seen = async () => ({
    table: (await reader`select username from profiles order by 1`).map((row) => row.username),
    view: (await reader`select username from visible_profiles order by 1`).map((row) => row.username),
    posts: (await reader`select author from posts`).map((row) => row.author).sort(),
  });
  expect(await seen()).toEqual({ table: ["ann", "ben"], view: ["ann", "ben"], posts: [ann, ben].sort() });
  await schedule(db.sql, ann);
  expect(await seen()).toEqual({ table: ["ben"], view: ["ben"], posts: [ben] });
  expect(await db.sql`select username from profiles where id = ${ann}`).toEqual([
    { username: `deleted_${ann}` },
  ]);
  await db.sql`select lethe.cancel_deletion(${ann})`;
  expect(await seen()).toEqual({ table: ["ann", "ben"], view: ["ann", "ben"], posts: [ann, ben].sort() });
});

test("erased, frozen, and the name free for somebody else", async () => {
  const cay = await addPerson("cay");
  expect(await erase(db.sql, cay, { strategy: "anonymize" })).toBe("completed");
  expect(await db.sql`select username, full_name, website from profiles where id = ${cay}`).toEqual([
    { username: `deleted_${cay}`, full_name: "Deleted user", website: null },
  ]);
  expect(await db.sql`select address from auth.details where user_id = ${cay}`).toEqual([
    { address: `deleted_${cay}@deleted.invalid` },
  ]);
  expect(await sqlState(db.sql`update profiles set full_name = 'Cay' where id = ${cay}`)).toBe("LT011");
  const again = await addPerson("cay");
  expect(await db.sql`select username from profiles where id = ${again}`).toEqual([{ username: "cay" }]);
  expect(
    await sqlState(db.sql`update auth.details set address = 'x@deleted.invalid' where user_id = ${again}`),
  ).toBe("23514");
  expect(await erase(db.sql, again, { strategy: "hard_delete" })).toBe("completed");
  expect(await db.sql`select from profiles where id = ${again}`).toHaveLength(0);
});

test("the database is the one that the annotation was made for", async () => {
  expect(await db.sql`select * from lethe.drift`).toEqual([]);
});
