/** What hiding costs those who read: the predicate by hand, Lethe's views, Lethe's policies. */
import type postgres from "postgres";
import { installLethe } from "../../test/support/schema-case.ts";
import { erasureOf } from "../application/erasure.ts";
import { compared } from "../compared.ts";
import type { Comparison, Context, Figure, Goal } from "../comparison.ts";
import { type Explained, explain } from "../explain.ts";
import { median } from "../measure.ts";
import { connect } from "../server.ts";
import { stored } from "../stored.ts";

const READS = ["by key", "by e-mail", "count", "newest 50 posts with author"] as const;
type Read = (typeof READS)[number];

/** Shares of the bare predicate's time; the page of posts is judged by itself, in milliseconds. */
const GOALS: Partial<Record<Read, Goal>> = {
  "by key": { atMost: 1.05 },
  "by e-mail": { atMost: 1.05 },
  "newest 50 posts with author": { atMost: 0.25 },
};
const HIDDEN_SHARE = 0.02;
/** Looks that a count, which reads everybody, is worth. */
const COUNTS = 10;

export const reads: Comparison = {
  letter: "d",
  title: `reading, with ${HIDDEN_SHARE * 100} % hidden`,
  run: async (context) => {
    const ways = [await byView(context), await byPolicy(context)];
    const figures: Figure[] = [];
    try {
      for (const read of READS)
        for (const way of ways) figures.push(...(await figuresOf(context, read, way)));
    } finally {
      for (const way of ways) await way.close();
    }
    return figures;
  },
};

interface Way {
  name: string;
  /** Reads the tables with the predicate written out, past every policy. */
  plain: postgres.Sql;
  /** Reads as the application's role does. */
  reader: postgres.Sql;
  users: string;
  posts: string;
  person: string;
  email: string;
  close(): Promise<void>;
}

async function figuresOf({ sizes }: Context, read: Read, way: Way): Promise<Figure[]> {
  const calls = read === "count" ? COUNTS : Math.ceil(sizes.calls / 5);
  const bare = statement(read, "users", "posts", way, "u.deleted_at is null");
  const hidden = statement(read, way.users, way.posts, way, "true");
  const looks: [Explained[], Explained[]] = [[], []];
  const sides = [
    { sql: way.reader, text: await prepared(way.reader, read, hidden), into: looks[0] },
    { sql: way.plain, text: await prepared(way.plain, read, bare), into: looks[1] },
  ];
  for (let call = 0; call < calls; call++) {
    for (const { sql, text, into } of call % 2 === 0 ? sides : [...sides].reverse())
      into.push(await explain(sql, text));
  }
  const rounds = (all: Explained[], of: (one: Explained) => number) =>
    Array.from({ length: sizes.rounds }, (_, round) =>
      median(all.filter((_, index) => index % sizes.rounds === round).map(of)),
    ).filter(Number.isFinite);
  const about = { case: `${read}, ${way.name}`, against: "bare predicate" };
  const [ours, theirs] = looks;
  const time = compared(
    { ...about, goal: GOALS[read] },
    "ms",
    rounds(ours, (one) => one.time),
    rounds(theirs, (one) => one.time),
  );
  const page = read.startsWith("newest");
  return [
    page ? { ...time, ratio: undefined } : time,
    compared(
      about,
      "buffers",
      rounds(ours, (one) => one.buffers),
      rounds(theirs, (one) => one.buffers),
    ),
  ];
}

/** Prepared, with a plan that is made once: what is left is the reading. */
async function prepared(sql: postgres.Sql, read: Read, text: string): Promise<string> {
  const name = `read_${READS.indexOf(read)}`;
  await sql.unsafe(`set plan_cache_mode = force_generic_plan; prepare ${name} as ${text}`);
  return `execute ${name}`;
}

function statement(read: Read, users: string, posts: string, way: Way, visible: string): string {
  switch (read) {
    case "by key":
      return `select u.id, u.display_name from ${users} u where u.id = '${way.person}' and ${visible}`;
    case "by e-mail":
      return `select u.id, u.display_name from ${users} u where u.email = '${way.email}' and ${visible}`;
    case "count":
      return `select count(*) from ${users} u where ${visible}`;
    case "newest 50 posts with author":
      return `select p.id, p.title, u.display_name from ${posts} p join ${users} u on u.id = p.author_id
        where ${visible} order by p.created_at desc limit 50`;
  }
}

async function byView(context: Context): Promise<Way> {
  const way = await open(context, "view", { view: "active_users" });
  return { ...way, users: "active_users", posts: "visible_posts" };
}

async function byPolicy(context: Context): Promise<Way> {
  return await open(context, "policies", { rls: "hide" });
}

async function open(
  { server, sizes, log }: Context,
  name: string,
  hiding: { view?: string; rls?: "hide" },
): Promise<Way> {
  const database = `bench_reads_${name}`;
  const template = await stored(server, "content", sizes.users);
  const url = await server.create(database, template.database);
  const plain = connect(url);
  await plain`grant select on all tables in schema public to app_user`;
  await installLethe(plain, erasureOf("content", hiding));
  const gone = template.people.slice(0, Math.ceil(sizes.users * HIDDEN_SHARE));
  await plain`select lethe.schedule_deletion(id) from unnest(${gone}::uuid[]) id`;
  await plain`vacuum analyze`;
  log(`${gone.length} hidden by ${name}`);
  const reader = connect(url, { role: "app_user" });
  const person = template.people.at(-1) ?? "";
  const [row] = await plain`select email from users where id = ${person}`;
  return {
    name,
    plain,
    reader,
    users: "users",
    posts: "posts",
    person,
    email: String(row?.email),
    close: async () => {
      await Promise.all([plain.end(), reader.end()]);
      await server.drop(database);
    },
  };
}
