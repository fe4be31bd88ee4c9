/** `lethe check`: is the annotation right for the snapshot? Offline, for editors, hooks and CI. */
import { relative } from "node:path";
import { Command } from "commander";
import { place, renderFindings } from "../../generator/annotation/render.ts";
import type { Finding } from "../../generator/errors.ts";
import { inspect } from "../../generator/pipeline.ts";
import { catalogOption, configOption, type FileOptions, filesOf, jsonOption } from "../options.ts";

interface CheckOptions extends FileOptions {
  json?: boolean;
}

export function checkCommand(): Command {
  return new Command("check")
    .summary("check the annotation against the catalog snapshot")
    .description(
      "Prints everything that is wrong with the annotation file, each with its place and what to write instead. " +
        "Works offline on the annotation and the snapshot. Open decisions (todo) are warnings here.",
    )
    .addOption(configOption())
    .addOption(catalogOption())
    .addOption(jsonOption())
    .action(check);
}

async function check(options: CheckOptions): Promise<void> {
  const inspected = await inspect(filesOf(options));
  const findings = inspected.findings.map(todoAsWarning);
  if (options.json) {
    const placed = findings.length === 0 ? [] : place(findings, inspected.locate);
    process.stdout.write(`${JSON.stringify({ findings: placed.map(forPrograms) }, null, 2)}\n`);
  } else {
    process.stdout.write(renderFindings(findings, inspected.locate) || `${options.config}: no findings\n`);
  }
  if (findings.some((finding) => finding.level === "error")) process.exitCode = 1;
}

/** `generate` refuses while a decision is open; a check between two decisions needn't. */
function todoAsWarning(finding: Finding): Finding {
  return finding.code === "L007" ? { ...finding, level: "warning" } : finding;
}

function forPrograms({ position, path: _path, ...finding }: ReturnType<typeof place>[number]): object {
  return {
    ...finding,
    file: relative(process.cwd(), position.file),
    line: position.line,
    column: position.column,
  };
}
