/**
 * Where Lethe's time and WAL go: `node bench/profile.ts [--shape content] [--way hard_delete] [--users 20000] [--due 2000]`.
 * One run of `execute_due_deletions` with track_functions and pg_stat_statements on, which cost something themselves: the
 * shares count, not the sums.
 */
import { Command } from "commander";
import { positiveInteger } from "../cli/options.ts";
import type { Shape } from "./application/tables.ts";
import { measure } from "./measure.ts";
import { lethe } from "./rivals/lethe.ts";
import type { Job, Way } from "./rivals/rival.ts";
import { connect, startBenchServer } from "./server.ts";
import { stored } from "./stored.ts";

const options = new Command("profile")
  .option("--shape <shape>", "sign-in or content", "sign-in")
  .option("--way <way>", "anonymize or hard_delete", "anonymize")
  .option("--users <n>", "people stored", positiveInteger, 20_000)
  .option("--due <n>", "people erased", positiveInteger, 2_000)
  .option("--batch <n>", "people a transaction", positiveInteger, 500)
  .parse()
  .opts<{ shape: Shape; way: Way; users: number; due: number; batch: number }>();

const server = await startBenchServer({
  track_functions: "all",
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track": "all",
});
try {
  const { database, people } = await stored(server, options.shape, options.users);
  const sql = connect(await server.create("bench_profile", database));
  const job: Job = options;
  const warm = people.slice(0, 20);
  const due = people.slice(20, 20 + options.due);
  await sql`create extension pg_stat_statements`;
  await lethe.install(sql, job);
  await lethe.schedule(sql, warm, job);
  await lethe.erase(sql, warm, job);
  await lethe.schedule(sql, due, job);
  await sql`vacuum`;
  await sql`select pg_stat_reset()`;
  await sql`select pg_stat_statements_reset()`;
  const run = await measure(server.admin, sql, () => lethe.erase(sql, due, job));
  console.log(
    `${due.length} people in ${run.time.toFixed(0)} ms; a person: ${perPerson(run.wal)} bytes of WAL, ` +
      `${perPerson(run.images)} page images, ${perPerson(run.buffers)} buffers\n`,
  );
  console.table(
    await sql`
    select funcname as function, calls::int, round(self_time::numeric, 1)::float8 as self_ms,
           round(total_time::numeric, 1)::float8 as total_ms
    from pg_stat_user_functions order by self_time desc limit 30
  `,
  );
  console.table(
    await sql`
    select regexp_replace(left(query, 400), '\\s+', ' ', 'g')::varchar(90) as statement, calls::int,
           round(total_exec_time::numeric, 1)::float8 as ms,
           round((shared_blks_hit + shared_blks_read)::numeric / ${due.length}, 2)::float8 as buffers_pp,
           round(wal_bytes / ${due.length}, 0)::int as wal_pp, round(wal_fpi::numeric / ${due.length}, 3)::float8 as images_pp,
           round(wal_records::numeric / ${due.length}, 2)::float8 as records_pp
    from pg_stat_statements
    where not toplevel and calls > 0
    order by total_exec_time desc limit 45
  `,
  );
  await sql.end();
} finally {
  await server.stop();
}

function perPerson(value: number): string {
  return (value / options.due).toFixed(2);
}
