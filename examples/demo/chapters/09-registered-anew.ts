/** Chapter 9: the address is free again. */
import { user, visitor } from "../callers.ts";
import { cast } from "../cast.ts";
import { claim } from "../claim.ts";
import { ownedRows, PARTS } from "../life.ts";
import type { Chapter } from "../play.ts";
import { prose, table } from "../terminal.ts";

type Registered = { id: string; email: string; created_at: Date };

export const registeredAnew: Chapter = {
  title: "Noor comes back, as somebody new",
  tell: async ({ world }) => {
    const { noor } = cast;
    prose("Her old address is free again. A year later she registers with it:");
    const [made] = await world.ask<Registered>(
      visitor,
      `insert into users (email, name)\nvalues ('${noor.email}', '${noor.name}')\nreturning id, email, created_at`,
    );
    if (!made) throw new Error("the registration returned no row");
    table(["id", "email", "created_at"], [[made.id, made.email, made.created_at]]);
    claim(
      "The address is hers again, under a new key.",
      [made.email, made.id === noor.id],
      [noor.email, false],
    );

    const again = { ...noor, id: made.id };
    const [session] = await world.ask<{ user_id: string }>(
      visitor,
      "insert into sessions (user_id, token) values (:'noor_again', 'first-session') returning user_id",
      { noor_again: made.id },
    );
    claim("She is signed in.", session?.user_id, made.id);
    const [seen] = await world.ask<{ count: number }>(
      user(again),
      `select count(*)::int from active_users where email = '${noor.email}'`,
    );
    claim("The application sees one Noor.", seen?.count, 1);
    const inherited: string[] = [];
    for (const part of PARTS.filter(({ table: name }) => !["users", "sessions"].includes(name))) {
      if ((await ownedRows(world.sql, part, again)).size > 0) inherited.push(part.table);
    }
    claim("She has inherited no row of the old account.", inherited, []);
  },
};
