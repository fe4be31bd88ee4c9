/** Chapter 10: what the operator, and an auditor, can see. */
import { admin, owner, user } from "../callers.ts";
import { cast, everybody, firstName } from "../cast.ts";
import { claim } from "../claim.ts";
import type { Chapter } from "../play.ts";
import { prose, table } from "../terminal.ts";

type Logged = {
  request_id: string;
  subject_id: string;
  seq: number;
  event: string;
  actor: string;
  at: Date;
  hash: string;
};
type Pending = { subject_id: string; state: string; scheduled_for: Date; due_by: Date };

export const onRecord: Chapter = {
  title: "On record",
  tell: async ({ world, departure }) => {
    if (!departure) throw new Error("chapter 6 comes first");
    const { ines, emil } = cast;
    prose(`
      Every step of a request is in a log that holds no personal data. The hash of each entry covers the entry
      before it: whoever changed one would have to change all that follow.
    `);
    const log = await world.ask<Logged>(
      owner,
      [
        "select e.request_id, r.subject_id, e.seq, e.event, e.actor, e.at, encode(e.hash, 'hex') as hash",
        "from lethe.deletion_event e",
        "join lethe.deletion_request r on r.id = e.request_id",
        "order by e.request_id, e.seq",
      ].join("\n"),
    );
    table(
      ["request", "of", "seq", "event", "actor", "at", "hash"],
      log.map(({ request_id, subject_id, seq, event, actor, at, hash }) => [
        request_id,
        nameOf(subject_id),
        seq,
        event,
        actor,
        at,
        `${hash.slice(0, 12)}…`,
      ]),
    );
    claim(
      "Marta's request and Noor's are told from beginning to end, and who did what.",
      log.map(({ subject_id, event, actor }) => `${nameOf(subject_id)} ${event} ${actor}`),
      [
        "Marta scheduled self",
        "Marta cancelled token",
        "Noor scheduled admin",
        "Noor executed worker",
        "Noor completed worker",
      ],
    );
    const broken = await world.sql`
      select
      from (
        select e.*, lag(e.hash) over (partition by e.request_id order by e.seq) as previous
        from lethe.deletion_event e
      ) e
      where e.hash <> lethe.event_hash(e.previous, e.request_id, e.seq, e.event, e.actor, e.at, e.details)
    `;
    claim("The hashes fit.", broken.length, 0);
    await world.refused(owner, "delete from lethe.deletion_event", "LT005");

    prose("Now Emil asks to leave, too. The operator sees what is ahead, and what is late:");
    await world.ask(user(emil), "select * from lethe.schedule_deletion(:'emil')");
    const pending = await world.ask<Pending>(
      admin(ines),
      "select subject_id, state, scheduled_for, due_by from lethe.pending",
    );
    table(
      ["subject", "state", "scheduled_for", "due_by"],
      pending.map((row) => [nameOf(row.subject_id), row.state, row.scheduled_for, row.due_by]),
    );
    claim(
      "Emil's request is pending, and the only one.",
      pending.map(({ subject_id, state }) => [nameOf(subject_id), state]),
      [["Emil", "scheduled"]],
    );
    const overdue = await world.ask(admin(ines), "select * from lethe.overdue");
    claim("Nothing is overdue.", overdue.length, 0);
  },
};

function nameOf(id: string): string {
  const person = everybody.find((one) => one.id === id);
  return person ? firstName(person) : id;
}
