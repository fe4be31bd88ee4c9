/** Chapter 4: for the application a person in the grace period isn't there, and can't come in. */
import { visitor } from "../callers.ts";
import { cast, USERS } from "../cast.ts";
import { claim } from "../claim.ts";
import type { Chapter } from "../play.ts";
import { prose, table } from "../terminal.ts";

type Seen = { by_key: number; in_view: number; by_email: number; everybody: number };

export const lockedOut: Chapter = {
  title: "Locked out, and out of sight",
  tell: async ({ world }) => {
    const { marta } = cast;
    prose("Somebody knows Marta's password and signs in. The application would make a session:");
    await world.refused(
      visitor,
      "insert into sessions (user_id, token) values (:'marta', 'a-new-session')",
      "LT010",
    );
    prose("The application looks for her with the queries it has always had, and finds nobody:");
    const [seen] = await world.ask<Seen>(
      visitor,
      [
        "select (select count(*)::int from users where id = :'marta') as by_key,",
        `       (select count(*)::int from users where email = '${marta.email}') as by_email,`,
        "       (select count(*)::int from active_users where id = :'marta') as in_view,",
        "       (select count(*)::int from users) as everybody",
      ].join("\n"),
    );
    table(
      ["by_key", "by_email", "in_view", "everybody"],
      [[seen?.by_key, seen?.by_email, seen?.in_view, seen?.everybody]],
    );
    claim(`The application sees ${USERS - 1} people, and Marta is not among them.`, seen, {
      by_key: 0,
      by_email: 0,
      in_view: 0,
      everybody: USERS - 1,
    });
    prose("She may come back, so her address is kept for her. Nobody else can register with it:");
    await world.refused(visitor, `insert into users (email) values ('${marta.email}')`, "23505");
  },
};
