/** `lethe explain`: what deleting one person would do, before it is done. */
import { Command, Option } from "commander";
import type postgres from "postgres";
import { ask, askIfAllowed, unknownSubject } from "../ask.ts";
import { withDatabase } from "../database.ts";
import { type Explained, estimate, renderExplained } from "../explained.ts";
import { databaseOption, databaseUrl, jsonOption, schemaOption } from "../options.ts";

interface ExplainOptions {
  databaseUrl?: string;
  schema: string;
  strategy?: string;
  json?: boolean;
}

export function explainCommand(): Command {
  return new Command("explain")
    .summary("say what deleting one person would do")
    .description(
      "A dry run for one person: which tables, how many rows, what happens to them and why, what stays and on what " +
        "basis, what stands in the way, and about how long it would take. Prints no values. Only reads.",
    )
    .argument("<subject>", "the person's key")
    .addOption(databaseOption())
    .addOption(schemaOption())
    .addOption(
      new Option(
        "--strategy <strategy>",
        "as if by this strategy (default: the request's, or the annotation's first)",
      ).choices(["anonymize", "hard_delete", "soft_delete"]),
    )
    .addOption(jsonOption())
    .action(explain);
}

async function explain(subject: string, options: ExplainOptions): Promise<void> {
  const explained = await withDatabase(databaseUrl(options), (sql) => look(sql, subject, options));
  process.stdout.write(
    options.json ? `${JSON.stringify(explained, null, 2)}\n` : `${renderExplained(explained)}\n`,
  );
}

async function look(sql: postgres.Sql, subject: string, options: ExplainOptions): Promise<Explained> {
  const { schema, strategy = null } = options;
  const lethe = sql(schema);
  return ask(schema, async () => {
    const operations = await sql<Explained["operations"]>`
      select table_name as "table", action, rows::float8 as rows, reason
      from ${lethe}.explain_deletion(${subject}, ${strategy})
    `;
    // The last line is the person's own row.
    if (operations.at(-1)?.rows === 0) throw unknownSubject();
    const remaining = await sql<Explained["remaining"]>`
      select table_name as "table", rows::float8 as rows, basis
      from ${lethe}.explain_remaining(${subject}, ${strategy})
    `;
    const blockers = await sql<Explained["blockers"]>`
      select code, message, count::float8 as count, blocking from ${lethe}.deletion_blockers(${subject})
    `;
    const [status] = await sql<{ status: string; strategy: string | null; scheduled_for: Date | null }[]>`
      select status, strategy, scheduled_for from ${lethe}.deletion_status(${subject})
    `;
    // Only the owner may look behind the interface.
    const refusal = await askIfAllowed(
      schema,
      () => sql<{ reason: string | null }[]>`select ${lethe}.refusal(${subject}) as reason`,
    );
    const terms = await askIfAllowed(
      schema,
      () => sql<{ first: string }[]>`select strategies[1] as first from ${lethe}.annotation`,
    );
    const live = status?.status === "scheduled" || status?.status === "executing" ? status.strategy : null;
    return {
      strategy: strategy ?? live ?? terms?.[0]?.first ?? null,
      status: status?.status ?? "not_scheduled",
      scheduledFor: status?.scheduled_for?.toISOString() ?? null,
      operations: [...operations],
      remaining: [...remaining],
      blockers: [...blockers],
      refused: refusal === null ? undefined : (refusal[0]?.reason ?? null),
      estimate: estimate(operations),
    };
  });
}
