/** `lethe retry`: puts dead letters back. */
import { Command, InvalidArgumentError } from "commander";
import type postgres from "postgres";
import { UsageError } from "../../generator/errors.ts";
import { ask } from "../ask.ts";
import { withDatabase } from "../database.ts";
import { databaseOption, databaseUrl, jsonOption, schemaOption } from "../options.ts";

interface RetryOptions {
  databaseUrl?: string;
  schema: string;
  all?: boolean;
  handler?: string;
  request?: string;
  json?: boolean;
}

export function retryCommand(): Command {
  return new Command("retry")
    .summary("put back what failed for good")
    .description(
      "Dead letters are delivered once more, with all their attempts anew: one by its number, those of a handler, or all. " +
        "Those whose payload is wiped are left. Or an execution that has failed, by the number of its request.",
    )
    .argument("[effect]", "the number of an effect", effectNumber)
    .option("--all", "every dead letter")
    .option("--handler <name>", "the dead letters of one handler")
    .option("--request <number>", "the execution of one request", effectNumber)
    .addOption(databaseOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .action(retry);
}

async function retry(effect: string | undefined, options: RetryOptions): Promise<void> {
  const { all, handler, request, schema, json } = options;
  if ([effect, all, handler, request].filter((each) => each !== undefined).length !== 1) {
    throw new UsageError(
      "what to put back isn't said, or said twice",
      "give the number of an effect, --handler with a name, --all, or --request with its number",
    );
  }
  const retried = await withDatabase(databaseUrl(options), (sql) =>
    ask(schema, () => {
      if (request !== undefined) return execution(sql, schema, request);
      return effect === undefined ? several(sql, schema, handler ?? null) : one(sql, schema, effect);
    }),
  );
  process.stdout.write(json ? `${JSON.stringify({ retried })}\n` : `${retried} put back\n`);
}

async function one(sql: postgres.Sql, schema: string, effect: string): Promise<number> {
  await sql`select ${sql(schema)}.retry_effect(${effect})`;
  return 1;
}

async function execution(sql: postgres.Sql, schema: string, request: string): Promise<number> {
  await sql`select ${sql(schema)}.retry_deletion(${request})`;
  return 1;
}

/** A thousand at a time: no transaction holds the locks of all requests. */
async function several(sql: postgres.Sql, schema: string, handler: string | null): Promise<number> {
  let retried = 0;
  for (;;) {
    const [row] = await sql<
      { count: number }[]
    >`select ${sql(schema)}.retry_effects(${handler}, 1000) as count`;
    retried += row?.count ?? 0;
    if ((row?.count ?? 0) < 1000) return retried;
  }
}

function effectNumber(text: string): string {
  if (!/^[1-9]\d{0,18}$/.test(text)) throw new InvalidArgumentError("It must be the number of an effect.");
  return text;
}
