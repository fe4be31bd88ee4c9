/** Deferred constraints fire inside the piece that they belong to, not at COMMIT after the success was reported. */
import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { despiteDrift, executeDue, newPerson, requestOf, schedule } from "../../support/scenario.ts";

const db = useDatabase("reference");

beforeAll(async () => {
  await despiteDrift(db.sql);
  await db.sql.unsafe(`
    create table public.strict (user_id uuid primary key);
    create function public.settle() returns trigger language plpgsql as $$
    begin
      if exists (select from public.strict where user_id = new.id) then
        raise exception 'not settled' using errcode = '23514', constraint = 'settled', table = 'users', schema = 'public';
      end if;
      return null;
    end $$;
    create constraint trigger settle after update on public.users
      deferrable initially deferred for each row execute function public.settle();

    -- True only at the end: uploads go before their owner's row is transformed.
    create function public.uploads_settle() returns trigger language plpgsql as $$
    begin
      if exists (select from public.users where id = old.user_id and name is not null) then
        raise exception 'checked too early' using errcode = '23514';
      end if;
      return null;
    end $$;
    create constraint trigger uploads_settle after delete on public.uploads
      deferrable initially deferred for each row execute function public.uploads_settle();
  `);
});

test("one that fails is that subject's failure; pieces after the first may defer again", async () => {
  const people: string[] = [];
  for (let n = 0; n < 8; n++) {
    const person = await newPerson(db.sql);
    await schedule(db.sql, person, { grace: "0" });
    await db.sql`insert into uploads (user_id, url) values (${person}, 'https://example.com')`;
    people.push(person);
  }
  const bad = people[3] as string;
  await db.sql`insert into strict values (${bad})`;
  expect(await executeDue(db.sql)).toEqual({ executed: 7, failed: 1, blocked: 0, remaining: "0" });
  expect((await requestOf(db.sql, bad)).last_error).toBe("23514 public.users settled");
});
