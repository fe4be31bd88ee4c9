/** `lethe export`: what a person is told who asks for their data (GDPR Art. 15 and 20). */
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { UsageError } from "../../generator/errors.ts";
import { ask } from "../ask.ts";
import { withDatabase } from "../database.ts";
import { databaseOption, databaseUrl, schemaOption } from "../options.ts";

interface ExportOptions {
  databaseUrl?: string;
  schema: string;
  out?: string;
}

export function exportCommand(): Command {
  return new Command("export")
    .summary("write one person's data as JSON")
    .description(
      "Writes what the annotation says is one person's, as JSON: arrays of rows under table names. Secrets are never " +
        "in it, nor keys or values of other people. Only reads.",
    )
    .argument("<subject>", "the person's key")
    .addOption(databaseOption())
    .addOption(schemaOption())
    .option("-o, --out <file>", "where to write it, readable by you alone (default: standard output)")
    .action(exportSubject);
}

async function exportSubject(subject: string, options: ExportOptions): Promise<void> {
  const { schema, out } = options;
  const text = await withDatabase(databaseUrl(options), (sql) =>
    // Printed by the server: numbers beyond what JavaScript can hold stay as they are.
    ask(schema, async () => {
      const [row] = await sql<{ text: string }[]>`
        select jsonb_pretty(${sql(schema)}.export_subject(${subject})) as text
      `;
      return `${row?.text ?? "{}"}\n`;
    }),
  );
  if (out === undefined || out === "-") process.stdout.write(text);
  else write(out, text);
}

function write(file: string, text: string): void {
  try {
    // Never over another file: it would keep that one's permissions.
    writeFileSync(file, text, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const code = (error as { code?: string }).code ?? "unknown reason";
    throw new UsageError(`${file} can't be written (${code})`, "name a file that isn't there yet with --out");
  }
  process.stdout.write(`wrote ${file}\n`);
}
