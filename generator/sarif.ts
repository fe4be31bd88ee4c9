/**
 * Findings as SARIF 2.1.0 (OASIS), so that code hosts show them beside the lines of a pull request. One run, the rules
 * that were broken with their pages, results in the order of the source; the same findings are the same bytes.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import type { PlacedFinding } from "./annotation/render.ts";
import { packageRoot } from "./catalog/sql-file.ts";

export interface SarifOptions {
  /** Of pg-lethe. */
  version: string;
  /** File names are relative to it: the root of the repository, where the command runs. Default: the working directory. */
  cwd?: string;
}

/** The log as an object; `JSON.stringify` makes the file. */
export function toSarif(findings: readonly PlacedFinding[], options: SarifOptions): object {
  const codes = [...new Set(findings.map((finding) => finding.code))].sort();
  // Of one run either every result says whether it is suppressed, or none does (3.27.23).
  const suppresses = findings.some((finding) => finding.accepted !== undefined);
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: { name: "lethe", semanticVersion: options.version, rules: codes.map(ruleOf) },
        },
        // What ts-morph calls a column counts UTF-16 units, from 1.
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => ({
          ...resultOf(finding, codes.indexOf(finding.code), options.cwd ?? process.cwd()),
          ...(suppresses ? { suppressions: suppressionsOf(finding) } : {}),
        })),
      },
    ],
  };
}

function resultOf(finding: PlacedFinding, ruleIndex: number, cwd: string): object {
  const { code, level, accepted, subject, message, remedy, position } = finding;
  return {
    ruleId: code,
    ruleIndex,
    level: accepted?.level ?? level,
    message: { text: `${subject}: ${message}. Fix: ${remedy}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(position.file, cwd) },
          region: { startLine: position.line, startColumn: position.column },
        },
      },
    ],
    // The same finding on another line is no new one.
    partialFingerprints: { "lethe/v1": fingerprint([code, subject, message]) },
  };
}

function suppressionsOf({ accepted }: PlacedFinding): object[] {
  return accepted === undefined ? [] : [{ kind: "inSource", justification: accepted.reason }];
}

function uriOf(file: string, cwd: string): string {
  const path = isAbsolute(file) ? relative(cwd, file) : file;
  return path.split(sep).map(encodeURIComponent).join("/");
}

function fingerprint(parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

/** The rule's page is part of the package. */
function ruleOf(code: string): object {
  const page = join(packageRoot(), "docs", "lints", `${code}.md`);
  if (!existsSync(page)) return { id: code };
  const text = readFileSync(page, "utf8");
  const title = /^# L\d+: (.*)$/m.exec(text)?.[1] ?? code;
  const first = text.split("\n\n")[1]?.trim() ?? title;
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: first },
    help: { text, markdown: text },
  };
}
