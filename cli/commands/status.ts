/** `lethe status`: how the deletions stand, for whoever runs them. */
import { Command } from "commander";
import type postgres from "postgres";
import { ask } from "../ask.ts";
import { withDatabase } from "../database.ts";
import { databaseOption, databaseUrl, jsonOption, positiveInteger, schemaOption } from "../options.ts";
import {
  type EffectLine,
  type LetterLine,
  type Overview,
  type ProgressLine,
  type RequestLine,
  type RetainedLine,
  renderOverview,
} from "../overview.ts";

interface StatusOptions {
  databaseUrl?: string;
  schema: string;
  subjects?: boolean;
  limit: number;
  json?: boolean;
}

export function statusCommand(): Command {
  return new Command("status")
    .summary("say how the deletions stand")
    .description(
      "Counts requests by state, and lists those that are overdue, with what each waits for, how far erasures in steps are, " +
        "and what is still to come. Requests go by their numbers. Only reads.",
    )
    .addOption(databaseOption())
    .addOption(schemaOption())
    .option("--subjects", "name the people's keys too")
    .option("--limit <requests>", "how many requests to list of each kind", positiveInteger, 50)
    .addOption(jsonOption())
    .action(status);
}

async function status(options: StatusOptions): Promise<void> {
  const overview = await withDatabase(databaseUrl(options), (sql) => look(sql, options));
  process.stdout.write(
    options.json ? `${JSON.stringify(overview, null, 2)}\n` : `${renderOverview(overview)}\n`,
  );
}

async function look(sql: postgres.Sql, { schema, limit, subjects }: StatusOptions): Promise<Overview> {
  const lethe = sql(schema);
  const subject = subjects ? sql`r.subject_id::text as subject,` : sql``;
  const shared = sql`
    ${subject} r.state, r.strategy, r.scheduled_for, r.due_by, r.attempts,
    nullif(r.next_attempt_at, 'infinity') as next_attempt_at, r.last_error
  `;
  return ask(schema, () =>
    // One look at one moment: the lists and the counts agree.
    sql.begin("isolation level repeatable read read only", async (tx) => {
      const states = await tx<{ state: string; requests: number }[]>`
        select state, requests::float8 as requests
        from ${lethe}.request_counts
        order by array_position(array['scheduled', 'executing', 'erased', 'completed', 'cancelled'], state::text)
      `;
      const [numbers] = await tx<{ lag: number; overdue: number; failed: number; late: number }[]>`
        select ${lethe}.lag() as lag,
               count(*)::float8 as overdue,
               (count(*) filter (where attempts > 0))::float8 as failed,
               (count(*) filter (where past_due_by))::float8 as late
        from ${lethe}.overdue
      `;
      const overdue = await tx<RequestLine[]>`
        select r.request_id::float8 as request, ${shared}, r.waits_because,
               extract(epoch from r.late_by)::float8 as late_by_seconds, r.past_due_by
        from ${lethe}.overdue r
        order by r.scheduled_for, r.request_id
        limit ${limit}
      `;
      const pending = await tx<RequestLine[]>`
        select r.request_id::float8 as request, ${shared}
        from ${lethe}.pending r
        where r.scheduled_for > now()
        order by r.scheduled_for, r.request_id
        limit ${limit}
      `;
      const inSteps = await tx<ProgressLine[]>`
        select r.request_id::float8 as request, ${subject} r.begun_at, r.rows_erased::float8 as rows_erased, r.rows_found::float8 as rows_found, r.rows_a_step
        from ${lethe}.progress r
        order by r.begun_at, r.request_id
        limit ${limit}
      `;
      const retained = await tx<RetainedLine[]>`
        select table_name as "table", year, basis, rows::float8 as rows,
               overdue::float8 as overdue, failing::float8 as failing, last_error
        from ${lethe}.retained_rows
        order by table_name, year, basis
      `;
      const effects = await tx<EffectLine[]>`
        select handler, state, effects::float8 as effects, failing::float8 as failing, oldest, next_attempt_at
        from ${lethe}.effect_counts
        order by handler, state
      `;
      const letters = await tx<LetterLine[]>`
        select effect_id::float8 as effect, request_id::float8 as request, name, handler, last_error, retryable
        from ${lethe}.dead_letters
        order by effect_id
        limit ${limit}
      `;
      return {
        lagSeconds: numbers?.lag ?? 0,
        states: Object.fromEntries(states.map(({ state, requests }) => [state, requests])),
        overdueCount: numbers?.overdue ?? 0,
        failedCount: numbers?.failed ?? 0,
        pastDueByCount: numbers?.late ?? 0,
        overdue: [...overdue],
        pending: [...pending],
        inSteps: [...inSteps],
        retained: [...retained],
        effects: [...effects],
        deadLetters: [...letters],
      };
    }),
  );
}
