/**
 * Who plays in the demo. The seed gives everybody a full life with numbered values; these five get names
 * and texts of their own, so that a reader meets people rather than rows.
 */
import type postgres from "postgres";
import { userId } from "../reference/people.ts";

export const USERS = 120;

export type Person = {
  /** As in `:'marta'`: how SQL in the demo refers to this person's key. */
  variable: string;
  name: string;
  email: string;
  phone: string;
  city: string;
  id: string;
};

function person(n: number, name: string, city: string): Person {
  const [variable = "", last = ""] = name.toLowerCase().split(" ");
  const phone = `+44 7700 ${900_000 + n}`; // numbers kept free for films
  return { variable, name, email: `${variable}.${last}@example.com`, phone, city, id: userId(n) };
}

export const cast = {
  /** The seed makes person 1 an administrator. */
  ines: person(1, "Ines Okafor", "Porto"),
  marta: person(22, "Marta Lindqvist", "Gothenburg"),
  /** The seed gives every third person an active collection, which blocks. */
  bruno: person(36, "Bruno Keller", "Innsbruck"),
  noor: person(50, "Noor Haddad", "Marseille"),
  emil: person(77, "Emil Sorensen", "Aarhus"),
};

export const everybody: Person[] = Object.values(cast);

/** First names are enough in prose. */
export function firstName({ name }: Person): string {
  return name.split(" ")[0] ?? name;
}

function blobUrl(path: string): string {
  return `https://mp4s7x.public.blob.vercel-storage.com/${path}`;
}

/** Gives the cast their names and texts, in every table that holds a copy of them. */
export async function settle(sql: postgres.Sql): Promise<void> {
  await sql.begin(async (tx) => {
    for (const person of everybody) {
      const { id, name, email, phone, city } = person;
      const first = firstName(person);
      const street = `${name.length} Elm Street, ${city}`;
      await tx`
        update public.users
        set email = ${email}, unconfirmed_email = ${`new.${email}`}, name = ${name}, display_name = ${`${first} the traveller`},
            address = ${street}, phone = ${phone}, city = ${city}
        where id = ${id}
      `;
      // The files of the blob store that Noor and the others have.
      await tx`update public.users set image = ${blobUrl(`avatars/${person.variable}.jpg`)} where id = ${id}`;
      await tx`
        update public.uploads set url = ${blobUrl(`uploads/${person.variable}`)} || '-' || substr(md5(id::text), 1, 6) || '.jpg'
        where user_id = ${id}
      `;
      await tx`update public.user_tokens set sent_to = ${email} where user_id = ${id}`;
      await tx`update public.events set payload = payload || jsonb_build_object('email', ${email}::text) where user_id = ${id}`;
      await tx`update public.property_listings set contact_email = ${`host.${email}`} where creator_id = ${id}`;
      await tx`update public.property_listings set title = 'Two rooms by the river' where creator_id = ${id}`;
      await tx`update public.invoices set billing_name = ${name}, billing_address = ${street} where user_id = ${id}`;
      await tx`update public.comments set body = ${`Quiet street, warm welcome. ${first}`} where author_id = ${id}`;
      await tx`
        update public.comment_edits e set previous_body = ${`Quiet street, cold welcome. ${first}`}
        from public.comments c where c.id = e.comment_id and c.author_id = ${id}
      `;
      await tx`update public.messages set body = ${`Can I see it on Friday? ${name}`} where sender_id = ${id}`;
      await tx`update public.collections set title = ${`${first}'s favourites`} where owner_id = ${id}`;
    }
    // Two of each, so that the database counts in the plural.
    const owner = cast.bruno.id;
    await tx`insert into public.collections (owner_id, title) values (${owner}, 'Winter in the mountains')`;
    await tx`insert into public.property_listings (creator_id, title) values (${owner}, 'Attic with a view')`;
  });
}
