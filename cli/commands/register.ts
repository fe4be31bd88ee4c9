/** `lethe register`: the record of processing (GDPR Art. 30) from the annotation and the snapshot. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { UsageError } from "../../generator/errors.ts";
import { catalogOption, configOption, type FileOptions, filesOf } from "../options.ts";

interface RegisterOptions extends FileOptions {
  format: "md" | "json";
  out?: string;
  check?: boolean;
}

export function registerCommand(): Command {
  return new Command("register")
    .summary("write the record of processing (GDPR Art. 30)")
    .description(
      "Writes what the database holds of a person, why, how long, and what becomes of it when they leave, with how much " +
        "of the database has been decided. Works offline; the same two files always give the same bytes. " +
        "With --check it writes nothing, and says whether the file is what it would write.",
    )
    .addOption(configOption())
    .addOption(catalogOption())
    .addOption(new Option("--format <format>", "Markdown or JSON").choices(["md", "json"]).default("md"))
    .option("-o, --out <file>", "where it is, or goes (default: standard output)")
    .option("--check", "compare with the file, and exit with 1 where it differs")
    .action(register);
}

async function register(options: RegisterOptions): Promise<void> {
  const { out, check, format } = options;
  if (check && (out === undefined || out === "-"))
    throw new UsageError("--check compares with a file", "name it with --out");
  const { recordOf } = await import("../../generator/register/files.ts");
  const text = await recordOf(filesOf(options), format);
  if (out === undefined || out === "-") {
    process.stdout.write(text);
  } else if (check) {
    const current = existsSync(out) ? readFileSync(out, "utf8") : null;
    if (current === text) return;
    const what = current === null ? "isn't there" : "is not what the annotation says";
    process.stderr.write(`${out} ${what}; run: lethe register --format ${format} --out ${out}\n`);
    process.exitCode = 1;
  } else {
    write(out, text);
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const code = (error as { code?: string }).code ?? "unknown reason";
    throw new UsageError(`${file} can't be written (${code})`, "name another file with --out");
  }
  process.stdout.write(`wrote ${file}\n`);
}
