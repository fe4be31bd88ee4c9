/** What hiding costs those who read: the predicate by hand, Lethe's views, Lethe's policies. */
import type postgres from "postgres";
import { literal } from "../../generator/quote.ts";
import { installLethe } from "../../test/support/schema-case.ts";
import { erasureOf } from "../application/erasure.ts";
import { compared } from "../compared.ts";
import type { Comparison, Context, Figure, Goal } from "../comparison.ts";
import { explain } from "../explain.ts";
import { cpuOf, median, timed } from "../measure.ts";
import { connect } from "../server.ts";
import { stored } from "../stored.ts";

const READS = ["by key", "by e-mail", "count", "newest 50 posts", "newest 50 posts with author"] as const;
type Read = (typeof READS)[number];

/** Shares of the bare predicate's time; a page of posts, where by hand asks nothing at all, in microseconds. */
const GOALS: Partial<Record<Read, Goal>> = {
  "by key": { atMost: 1.05 },
  "by e-mail": { atMost: 1.05 },
  "newest 50 posts": { atMost: 250 },
};
const HIDDEN_SHARE = 0.02;
/** As the application makes them: a prepared statement, a round trip each. In a loop on the server nothing but the plan runs. */
const LOOK_UPS = new Set<Read>(["by key", "by e-mail"]);
/** How often a look is taken in a row, so that it takes as long as can be measured. */
const REPEATED: Record<Read, number> = {
  "by key": 1000,
  "by e-mail": 1000,
  count: 20,
  "newest 50 posts": 100,
  "newest 50 posts with author": 50,
};
const LOOKS = 41;

export const reads: Comparison = {
  letter: "d",
  title: `reading, with ${HIDDEN_SHARE * 100} % hidden`,
  run: async (context) => {
    const ways = [await byView(context), await byPolicy(context)];
    const figures: Figure[] = [];
    try {
      for (const read of READS)
        for (const way of ways)
          for (const loop of LOOK_UPS.has(read)
            ? (["application", "server"] as const)
            : (["server"] as const))
            figures.push(...(await figuresOf(context, read, way, loop)));
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

async function figuresOf(
  { sizes }: Context,
  read: Read,
  way: Way,
  loop: "application" | "server",
): Promise<Figure[]> {
  const sides = [
    { sql: way.reader, query: statement(read, way.users, way.posts, way, "true"), times: [] as number[] },
    {
      sql: way.plain,
      query: statement(read, "users", "posts", way, "u.deleted_at is null"),
      times: [] as number[],
    },
  ];
  const repeated = Math.ceil((REPEATED[read] * Math.min(sizes.calls, 1000)) / 1000);
  for (let look = 0; look < LOOKS; look++)
    for (const { sql, query, times } of look % 2 === 0 ? sides : [...sides].reverse()) {
      const time = await cpuTime(sql, () => again(sql, query, repeated, loop));
      if (look > 0) times.push((time / repeated) * 1000);
    }
  const [ours, theirs] = sides;
  if (ours === undefined || theirs === undefined) throw new Error("two sides");
  const inRounds = (times: number[]) =>
    Array.from({ length: sizes.rounds }, (_, round) =>
      median(times.filter((_, index) => index % sizes.rounds === round)),
    );
  const about = {
    case: `${read}, ${way.name}${LOOK_UPS.has(read) && loop === "server" ? ", in a loop on the server" : ""}`,
    against: read === "newest 50 posts" ? "nothing hidden" : "bare predicate",
  };
  const buffers = async ({ sql, query }: typeof ours) => [(await explain(sql, literally(query))).buffers];
  const time = compared(
    { ...about, goal: LOOK_UPS.has(read) && loop === "server" ? undefined : GOALS[read] },
    "server CPU, µs",
    inRounds(ours.times),
    inRounds(theirs.times),
  );
  return [
    read === "newest 50 posts" ? { ...time, ratio: undefined } : time,
    compared(about, "buffers", await buffers(ours), await buffers(theirs)),
  ];
}

/** Of the server's process: looks are so short that everything else on the machine would show. */
async function cpuTime(sql: postgres.Sql, work: () => Promise<unknown>): Promise<number> {
  const [session] = await sql`select pg_backend_pid() as pid`;
  const before = cpuOf(Number(session?.pid));
  const time = await timed(work);
  const cpu = cpuOf(Number(session?.pid)) - before;
  return Number.isFinite(cpu) ? cpu : time;
}

/** With a plan that is made once. Without a value the client would send the text each time, and have it planned anew. */
async function again(
  sql: postgres.Sql,
  query: Query,
  times: number,
  loop: "application" | "server",
): Promise<void> {
  const { text, value } = query;
  if (loop === "server" || value === undefined)
    await sql.unsafe(
      `do $do$ begin for n in 1..${times} loop perform * from (${literally(query)}) read; end loop; end $do$`,
    );
  else for (let n = 0; n < times; n++) await sql.unsafe(text, [value], { prepare: true });
}

interface Query {
  text: string;
  /** What $1 stands for. */
  value?: string;
}

function literally({ text, value }: Query): string {
  return value === undefined ? text : text.replace("$1", () => literal(value));
}

function statement(read: Read, users: string, posts: string, way: Way, visible: string): Query {
  const lookUp = `select u.id, u.display_name from ${users} u where ${visible}`;
  switch (read) {
    case "by key":
      return { text: `${lookUp} and u.id = $1`, value: way.person };
    case "by e-mail":
      return { text: `${lookUp} and u.email = $1`, value: way.email };
    case "count":
      return { text: `select count(*) from ${users} u where ${visible}` };
    case "newest 50 posts":
      return { text: `select p.id, p.title from ${posts} p order by p.created_at desc limit 50` };
    case "newest 50 posts with author":
      return {
        text: `select p.id, p.title, u.display_name from ${posts} p join ${users} u on u.id = p.author_id
          where ${visible} order by p.created_at desc limit 50`,
      };
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
  const template = await stored(server, "content", sizes.contentUsers);
  const url = await server.create(database, template.database);
  const plain = connect(url);
  await plain`grant select on all tables in schema public to app_user`;
  await installLethe(plain, erasureOf("content", hiding));
  const gone = template.people.slice(0, Math.ceil(sizes.contentUsers * HIDDEN_SHARE));
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
