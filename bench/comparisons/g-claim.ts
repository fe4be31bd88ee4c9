/** Claiming what is due among few and among very many requests. */
import type postgres from "postgres";
import { installLethe } from "../../test/support/schema-case.ts";
import { erasureOf } from "../application/erasure.ts";
import { compared } from "../compared.ts";
import type { Comparison, Context, Figure } from "../comparison.ts";
import { type Explained, explain } from "../explain.ts";
import { connect } from "../server.ts";
import { stored } from "../stored.ts";

/** As execute_due_deletions() does it: planned once, for whatever number. */
const CLAIM = `
  prepare claim (integer) as
  select d.request_id from lethe.due d order by d.due_since limit $1 for update skip locked
`;
const DUE = 500;
const GOAL = { atMost: 1.05 };

export const claim: Comparison = {
  letter: "g",
  title: "claiming 500 due requests",
  run: async (context) => {
    const { requests, rounds } = context.sizes;
    const [few = 0, ...more] = requests;
    const least = await claims(context, few);
    const figures: Figure[] = [];
    for (const number of more) {
      const most = await claims(context, number);
      const about = {
        case: `${number.toLocaleString("en")} requests stored`,
        against: `${few.toLocaleString("en")} stored`,
      };
      const each = (all: Explained[], of: (one: Explained) => number) => all.slice(-rounds).map(of);
      const buffers = (one: Explained) => one.buffers;
      const time = (one: Explained) => one.time;
      figures.push(compared({ ...about, goal: GOAL }, "buffers", each(most, buffers), each(least, buffers)));
      figures.push(compared(about, "ms", each(most, time), each(least, time)));
    }
    return figures;
  },
};

async function claims({ server, sizes, log }: Context, requests: number): Promise<Explained[]> {
  const name = "bench_claim";
  const template = await stored(server, "sign-in", sizes.stored[0] ?? 0);
  const sql = connect(await server.create(name, template.database));
  try {
    await installLethe(sql, erasureOf("sign-in"));
    await fill(sql, requests);
    log(`${requests} requests`);
    await sql`set plan_cache_mode = force_generic_plan`;
    await sql`set enable_seqscan = off`;
    await sql.unsafe(CLAIM);
    const results: Explained[] = [];
    // Twice as often as asked: the first looks write hint bits.
    for (let round = 0; round < sizes.rounds * 2; round++) {
      await sql`begin`;
      results.push(await explain(sql, `execute claim (${DUE})`));
      await sql`rollback`;
    }
    return results;
  } finally {
    await sql.end();
    await server.drop(name);
  }
}

/** A third of them done, a third cancelled, a third to come; and those that are due, due in another order than they lie in. */
async function fill(sql: postgres.Sql, requests: number): Promise<void> {
  await sql`
    insert into lethe.deletion_request (subject_id, state, strategy, requested_by, scheduled_for, due_by, annotation_hash)
    select gen_random_uuid(),
           case when n % ${Math.ceil(requests / DUE)} = 0 then 'scheduled'
                else (array['completed', 'cancelled', 'scheduled'])[1 + n % 3] end,
           'anonymize', 'bench',
           case when n % ${Math.ceil(requests / DUE)} = 0 then now() - hashint8(n)::bigint % 100000 * interval '1 millisecond' - interval '2 minutes'
                when n % 3 = 2 then now() + interval '1 day' + n * interval '1 second'
                else now() - interval '30 days' end,
           now() + interval '1 month', ''
    from generate_series(1, ${requests}::bigint) n
  `;
  await sql`vacuum (freeze, analyze) lethe.deletion_request`;
  await sql`checkpoint`;
}
