/** The command line as data: `--help` and the documentation are made from it. */
import { Command } from "commander";
import { checkCommand } from "./commands/check.ts";
import { explainCommand } from "./commands/explain.ts";
import { exportCommand } from "./commands/export.ts";
import { generateCommand } from "./commands/generate.ts";
import { initCommand } from "./commands/init.ts";
import { registerCommand } from "./commands/register.ts";
import { retryCommand } from "./commands/retry.ts";
import { statusCommand } from "./commands/status.ts";
import { syncCommand } from "./commands/sync.ts";
import { workerCommand } from "./commands/worker.ts";
import { version } from "./version.ts";

const EXIT_CODES = `
Exit codes:
  0  fine
  1  findings: something is wrong with the annotation, or the database isn't what it knows
  2  usage or environment: a missing file, no database

Environment:
  DATABASE_URL  the database, where --database-url isn't given
  LETHE_DEBUG   set it to see stack traces
  NO_COLOR      set it for plain text`;

export function buildProgram(): Command {
  return new Command("lethe")
    .description(
      "The whole life of an account deletion in PostgreSQL: annotate the schema once, get the migration that enforces it.",
    )
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showHelpAfterError("(run it with --help for what it takes)")
    .addHelpText("after", EXIT_CODES)
    .addCommand(initCommand())
    .addCommand(syncCommand())
    .addCommand(checkCommand())
    .addCommand(generateCommand())
    .addCommand(explainCommand())
    .addCommand(exportCommand())
    .addCommand(registerCommand())
    .addCommand(statusCommand())
    .addCommand(retryCommand())
    .addCommand(workerCommand());
}
