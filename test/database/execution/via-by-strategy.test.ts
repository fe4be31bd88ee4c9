/**
 * What is below a row follows what the strategy does to the row: a message that its recipient's departure deletes under one
 * strategy and only detaches under the other, with attachments and their thumbnails, for every way to leave.
 */
import { describe, expect, test } from "vitest";
import { content, defineErasure, keep, pii, subject, table, via } from "../../../generator/index.ts";
import { erase, useScenario } from "../../support/scenario.ts";
import { terms } from "../../support/schema-case.ts";

const schema = `
  create table "People" ("Key" text primary key, email text unique);
  create table "Messages" (
    "Room" integer, no integer, sender text references "People", recipient text references "People", body text,
    primary key ("Room", no)
  );
  create index on "Messages" (sender);
  create index on "Messages" (recipient);
  create table attachments (
    id bigint generated always as identity primary key, room integer, "messageNo" integer, name text,
    foreign key (room, "messageNo") references "Messages"
  );
  create index on attachments (room, "messageNo");
  create table thumbnails (
    id bigint generated always as identity primary key, attachment bigint references attachments, caption text
  );
  create index on thumbnails (attachment);
`;

const gone = "[gone]";
type Action = "delete" | "detach";
type Fate = { anonymize: Action; hard_delete: Action };

function erasure(recipient: Fate) {
  return defineErasure({
    ...terms,
    tables: {
      People: subject({ key: "Key", columns: { Key: keep(), email: pii.email() } }),
      Messages: table({
        columns: { body: pii.replace(gone) },
        rules: [content({ owner: "sender" }), content({ owner: "recipient", rows: recipient })],
      }),
      attachments: content({
        owner: via("Messages"),
        rows: { anonymize: recipient.anonymize === "delete" ? "delete" : "transform" },
        columns: { name: pii.replace(gone) },
      }),
      thumbnails: content({ owner: via("attachments"), rows: "delete" }),
    },
  });
}

describe.each([
  { anonymize: "detach", hard_delete: "delete" },
  { anonymize: "delete", hard_delete: "detach" },
] satisfies Fate[])("the recipient's rule says %o", (recipient) => {
  const db = useScenario(schema, erasure(recipient));
  let rooms = 0;

  /** A message from one to another, and one between the other and a third, each with what is below. */
  async function correspondence() {
    const room = ++rooms;
    const [ada, ben, cem] = [`ada ${room}`, `ben ${room}`, `cem ${room}`] as const;
    await db.sql`insert into "People" ("Key", email) select k, k || '@example.org' from unnest(${[ada, ben, cem]}::text[]) k`;
    await db.sql`
      insert into "Messages" values
        (${room}, 1, ${ada}, ${ben}, 'from ada to ben'),
        (${room}, 2, ${ben}, ${cem}, 'from ben to cem'),
        (${room}, 3, ${cem}, ${ada}, 'from cem to ada')
    `;
    await db.sql`insert into attachments (room, "messageNo", name) select ${room}, n, 'file' from generate_series(1, 3) n`;
    await db.sql`insert into thumbnails (attachment, caption) select id, 'small' from attachments where room = ${room}`;
    return { room, ada };
  }

  async function state(room: number) {
    return db.sql`
      select m.no, m.sender is null as unsent, m.recipient is null as unread, m.body, a.name,
             (select count(*)::integer from thumbnails t where t.attachment = a.id) as thumbnails
      from "Messages" m
      left join attachments a on a.room = m."Room" and a."messageNo" = m.no
      where m."Room" = ${room}
      order by m.no
    `;
  }

  const untouched = (no: number, body: string) => ({
    no,
    unsent: false,
    unread: false,
    body,
    name: "file",
    thumbnails: 1,
  });

  test.each(["anonymize", "hard_delete"] as const)("%s", async (strategy) => {
    const { room, ada } = await correspondence();
    const other = await correspondence();
    const [explained] = await db.sql`
      select coalesce(sum(rows), 0)::integer as rows from lethe.explain_deletion(${ada}, ${strategy})
      where table_name in ('public.attachments', 'public.thumbnails')
    `;
    await erase(db.sql, ada, { strategy });

    const between = untouched(2, "from ben to cem");
    const received = untouched(3, "from cem to ada");
    const sent = {
      ...untouched(1, gone),
      name: recipient.anonymize === "delete" ? null : gone,
      thumbnails: 0,
    };
    const anonymized = [
      sent,
      between,
      ...(recipient.anonymize === "detach" ? [{ ...received, unread: true }] : []),
    ];
    const deleted = [between, ...(recipient.hard_delete === "detach" ? [{ ...received, unread: true }] : [])];
    expect(await state(room)).toEqual(strategy === "anonymize" ? anonymized : deleted);

    // Below a message that is only detached nothing happens, and nothing is announced.
    const messages = recipient[strategy] === "delete" ? 2 : 1;
    expect(explained?.rows).toBe(2 * messages);
    expect(await state(other.room)).toEqual([
      untouched(1, "from ada to ben"),
      between,
      untouched(3, "from cem to ada"),
    ]);
  });
});
