/** Chapter 2: a request that can't be granted yet. */
import { user } from "../callers.ts";
import { cast } from "../cast.ts";
import { claim } from "../claim.ts";
import type { Chapter } from "../play.ts";
import { prose, table } from "../terminal.ts";

type Blocker = { code: string; message: string; count: string; blocking: boolean };

export const blocked: Chapter = {
  title: "Not yet: Bruno owns what others use",
  tell: async ({ world }) => {
    const { bruno } = cast;
    prose(`
      Bruno Keller wants to leave. He owns collections that he shares with others, and the team has decided
      that somebody has to take them over, or close them, first.
    `);
    await world.refused(user(bruno), "select * from lethe.schedule_deletion(:'bruno')", "LT003");
    prose("What stands in the way, and what is only counted:");
    const blockers = await world.ask<Blocker>(user(bruno), "select * from lethe.deletion_blockers(:'bruno')");
    table(
      ["code", "message", "count", "blocking"],
      blockers.map(({ code, message, count, blocking }) => [code, message, count, String(blocking)]),
    );
    claim(
      "His two active collections block; his listings are counted for his information.",
      blockers.map(({ code, count, blocking }) => [code, count, blocking]),
      [
        ["collections", "2", true],
        ["property_listings", "2", false],
      ],
    );
    const [after] = await world.sql`
      select deleted_at, (select count(*)::integer from public.sessions where user_id = ${bruno.id}) as sessions
      from public.users
      where id = ${bruno.id}
    `;
    claim("Nothing has changed for Bruno: he is still signed in.", after, { deleted_at: null, sessions: 2 });
  },
};
