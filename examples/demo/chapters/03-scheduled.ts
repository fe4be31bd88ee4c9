/** Chapter 3: a deletion is scheduled, and what happens at once. */
import { owner, user } from "../callers.ts";
import { cast } from "../cast.ts";
import { check, claim } from "../claim.ts";
import type { Chapter } from "../play.ts";
import { prose, table } from "../terminal.ts";

const DAY = 24 * 60 * 60 * 1000;

type Scheduled = { request_id: string; scheduled_for: Date; cancel_token: string };
type Status = { status: string; days_remaining: number; scheduled_for: Date; due_by: Date };
type Counts = { sessions: number; tokens: number; comments: number };

export const scheduled: Chapter = {
  title: "Marta leaves: 14 days to think again",
  tell: async (story) => {
    const { world } = story;
    const { marta } = cast;
    const [before] = await world.sql`select to_jsonb(u) as row from public.users u where id = ${marta.id}`;
    const sessionsBefore = await world.sql`select from public.sessions where user_id = ${marta.id}`;
    check("Marta begins with sessions", sessionsBefore.length, 2);

    prose("Nothing blocks Marta. She presses the button; the application makes one call.");
    const [made] = await world.ask<Scheduled>(
      user(marta),
      "select * from lethe.schedule_deletion(:'marta', reason => 'I am moving abroad')",
    );
    if (!made) throw new Error("schedule_deletion returned no row");
    table(
      ["request_id", "scheduled_for", "cancel_token"],
      [[made.request_id, made.scheduled_for, `${made.cancel_token.slice(0, 16)}…`]],
    );
    story.marta = { token: made.cancel_token, before: before?.row as Record<string, unknown> };

    const [status] = await world.ask<Status>(
      user(marta),
      "select status, days_remaining, scheduled_for, due_by\nfrom lethe.deletion_status(:'marta')",
    );
    if (!status) throw new Error("deletion_status returned no row");
    table(
      ["status", "days_remaining", "scheduled_for", "due_by"],
      [[status.status, status.days_remaining, status.scheduled_for, status.due_by]],
    );
    claim(
      "Her deletion is scheduled, and 14 days remain.",
      [status.status, status.days_remaining],
      ["scheduled", 14],
    );
    const wait = Math.round((made.scheduled_for.getTime() - Date.now()) / DAY);
    check("scheduled_for is in 14 days", wait, 14);
    claim(
      "It will be done before due_by, the month that the GDPR gives (Art. 12(3)).",
      status.scheduled_for < status.due_by,
      true,
    );

    prose("She is signed out everywhere at once. What is hers otherwise waits, untouched.");
    const [counts] = await world.ask<Counts>(
      owner,
      [
        "select (select count(*)::int from sessions where user_id = :'marta') as sessions,",
        "       (select count(*)::int from user_tokens where user_id = :'marta') as tokens,",
        "       (select count(*)::int from comments where author_id = :'marta') as comments",
      ].join("\n"),
    );
    table(["sessions", "tokens", "comments"], [[counts?.sessions, counts?.tokens, counts?.comments]]);
    claim("Her sessions and e-mailed tokens are gone, her comments are still hers.", counts, {
      sessions: 0,
      tokens: 0,
      comments: 3,
    });
  },
};
