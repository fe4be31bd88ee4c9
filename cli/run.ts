/** Runs the command line and turns whatever happens into a message and an exit code: 0 fine, 1 findings, 2 usage. */
import { CommanderError } from "commander";
import { FindingsError, UsageError } from "../generator/errors.ts";
import { buildProgram } from "./program.ts";

export async function run(args: string[]): Promise<number> {
  try {
    const program = buildProgram();
    // Inherited by subcommands only when set before they are added, hence set on each.
    for (const command of [program, ...program.commands]) command.exitOverride();
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): number {
  // Commander has printed its own message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (process.env.LETHE_DEBUG) console.error(error);
  if (error instanceof FindingsError) {
    process.stderr.write(error.message.endsWith("\n") ? error.message : `${error.message}\n`);
    return 1;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`lethe: ${error.message}\n  ${error.remedy}\n`);
    return 2;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`lethe: unexpected: ${message}\n  set LETHE_DEBUG=1 to see where, and report it\n`);
  return 2;
}
