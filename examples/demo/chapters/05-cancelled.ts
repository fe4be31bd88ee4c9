/** Chapter 5: back within the grace period, and why not every minute. */
import { user, visitor } from "../callers.ts";
import { cast } from "../cast.ts";
import { claim } from "../claim.ts";
import type { Chapter } from "../play.ts";
import { prose, table, time } from "../terminal.ts";

const DAY = 24 * 60 * 60 * 1000;

export const cancelled: Chapter = {
  title: "Marta changes her mind",
  tell: async (story) => {
    const { world } = story;
    const { marta } = cast;
    if (!story.marta) throw new Error("chapter 3 comes first");
    const { token, before } = story.marta;

    prose(`
      She can't sign in, so the application has mailed her a link with the token of the schedule. It works
      once. The database keeps only a hash of it.
    `);
    const [back] = await world.ask<{ marta: string }>(
      visitor,
      "select lethe.cancel_deletion_by_token(:'token') as marta",
      { token },
    );
    claim("The token brings back Marta, and nobody else.", back?.marta, marta.id);
    await world.refused(visitor, "select lethe.cancel_deletion_by_token(:'token')", "LT002", { token });

    prose("She is back as she was:");
    const [seen] = await world.ask<{ name: string; email: string; city: string }>(
      user(marta),
      "select name, email, city from active_users where id = :'marta'",
    );
    table(["name", "email", "city"], [[seen?.name, seen?.email, seen?.city]]);
    const [after] = await world.sql`select to_jsonb(u) as row from public.users u where id = ${marta.id}`;
    claim(
      "Every column of her row is what it was; a change of e-mail that was under way has to be asked for again.",
      after?.row,
      { ...before, unconfirmed_email: null },
    );
    const sessions = await world.ask(
      visitor,
      "insert into sessions (user_id, token) values (:'marta', 'a-new-session') returning id",
    );
    claim("She can sign in.", sessions.length, 1);

    prose("She can't leave again the next minute: after a cancellation there is a cooldown.");
    const error = await world.refused(
      user(marta),
      "select * from lethe.schedule_deletion(:'marta')",
      "LT004",
    );
    const until = new Date((JSON.parse(error.detail ?? "{}") as { until: string }).until);
    const hours = Math.round(((until.getTime() - Date.now()) / DAY) * 24);
    claim(`She can ask again in 24 hours, from ${time(until)}; the error's DETAIL says when.`, hours, 24);
  },
};
