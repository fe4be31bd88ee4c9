/**
 * Why a file could not be imported, in words and with a place: a syntax error, a missing module or export, a name
 * that doesn't exist, or an exception of the person's own code. Never a stack trace.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceFile } from "ts-morph";
import type { Finding, Position } from "../errors.ts";
import * as builders from "./builders.ts";
import { nearest } from "./nearest.ts";
import { isLethes, lineOf, openSources, positionAt, positionOf, reachable, type Sources } from "./source.ts";

export interface LoadFailure {
  finding: Finding;
  position: Position;
}

const start = (file: string): Position => ({
  file,
  line: 1,
  column: 1,
  text: lineOf(readFileSync(file, "utf8"), 1),
});

function failure(file: string, message: string, remedy: string, position: Position): LoadFailure {
  return {
    finding: { code: "L000", level: "error", subject: basename(file), message, remedy, path: [] },
    position,
  };
}

export function missingExport(file: string): LoadFailure {
  return failure(file, "the file has no default export", "export default defineErasure({ … })", start(file));
}

export function explainImportFailure(file: string, error: unknown): LoadFailure {
  const sources = openSources();
  const files = reachable(sources, file);
  return (
    syntaxError(file, files, error) ??
    missingModule(sources, file, files) ??
    unresolved(file, files, error) ??
    thrown(file, error)
  );
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

function syntaxError(file: string, files: SourceFile[], error: unknown): LoadFailure | undefined {
  for (const source of files) {
    const [first] = (source.compilerNode as unknown as { parseDiagnostics: Diagnostic[] }).parseDiagnostics;
    if (!first) continue;
    const text = typeof first.messageText === "string" ? first.messageText : first.messageText.messageText;
    return failure(
      file,
      `syntax error: ${text.replace(/\.$/, "")}`,
      "correct the TypeScript",
      positionAt(source, first.start),
    );
  }
  const code = (error as { code?: string } | null)?.code;
  if (code !== "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") return undefined;
  const remedy = "write TypeScript that works by erasing its types: no enum, namespace or parameter property";
  return failure(file, messageOf(error), remedy, whereThrown(error) ?? start(file));
}
interface Diagnostic {
  start: number;
  messageText: string | { messageText: string };
}

/** A relative import of a file that isn't there. */
function missingModule(sources: Sources, file: string, files: SourceFile[]): LoadFailure | undefined {
  for (const source of files) {
    for (const declaration of source.getImportDeclarations()) {
      const specifier = declaration.getModuleSpecifierValue();
      if (!specifier.startsWith(".") || declaration.isTypeOnly() || sources.imported(source, specifier))
        continue;
      const path = resolve(dirname(source.getFilePath()), specifier);
      if (existsSync(path)) continue;
      const withEnding = [`${specifier}.ts`, specifier.replace(/\.js$/, ".ts"), `${specifier}/index.ts`].find(
        (candidate) => existsSync(resolve(dirname(source.getFilePath()), candidate)),
      );
      const remedy =
        withEnding === undefined
          ? "correct the path"
          : `write "${withEnding}": Node needs the file's full name`;
      return failure(
        file,
        `there is no file ${specifier}`,
        remedy,
        positionOf(declaration.getModuleSpecifier()),
      );
    }
  }
  return undefined;
}

/** A package that isn't installed, or an export that a module doesn't have. */
function unresolved(file: string, files: SourceFile[], error: unknown): LoadFailure | undefined {
  const message = messageOf(error);
  const missing = /^Cannot find package '([^']+)'/.exec(message)?.[1];
  const wanted = /does not provide an export named '([^']+)'/.exec(message)?.[1];
  for (const declaration of files.flatMap((source) => source.getImportDeclarations())) {
    const specifier = declaration.getModuleSpecifierValue();
    if (missing !== undefined && (specifier === missing || specifier.startsWith(`${missing}/`))) {
      const at = positionOf(declaration.getModuleSpecifier());
      return failure(file, `the package ${missing} is not installed`, `npm install ${missing}`, at);
    }
    const named = declaration.getNamedImports().find((one) => one.getName() === wanted && !one.isTypeOnly());
    if (named && message.includes(specifier)) {
      const near = wanted === undefined ? undefined : nearest(wanted, Object.keys(builders));
      const remedy =
        near === undefined ? "correct the name, or write `import type` for a type" : `did you mean ${near}?`;
      return failure(file, `${specifier} exports no ${wanted}`, remedy, positionOf(named));
    }
  }
  return undefined;
}

function thrown(file: string, error: unknown): LoadFailure {
  const message = messageOf(error);
  return failure(
    file,
    `the file could not be run: ${message}`,
    remedyFor(message),
    whereThrown(error) ?? start(file),
  );
}

const MEMBERS = {
  pii: builders.pii,
  mfa: builders.mfa,
  presets: builders.presets,
  authPresets: builders.authPresets,
};

/** A misspelt builder is the likeliest exception. */
function remedyFor(message: string): string {
  const member = /^(?:\w+\.)*(pii|mfa|presets|authPresets)\.(\w+) is not a function/.exec(message);
  if (member) {
    const [, owner = "", name = ""] = member;
    const near = nearest(name, Object.keys(MEMBERS[owner as keyof typeof MEMBERS]));
    if (near !== undefined) return `did you mean ${owner}.${near}?`;
  }
  const unknown = /^(\w+) is not defined/.exec(message)?.[1];
  if (unknown === undefined) return "correct the code at this place";
  if (Object.hasOwn(builders, unknown)) return `import { ${unknown} } from "pg-lethe"`;
  const near = nearest(unknown, Object.keys(builders));
  return near === undefined ? `declare or import ${unknown}` : `did you mean ${near}?`;
}

/** The innermost place of the person's own code in an error's stack. Type stripping keeps lines and columns. */
function whereThrown(error: unknown): Position | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const [, url = "", line = "1", column = "1"] of stack.matchAll(
    /(file:\/\/[^\s?)]+?)(?:\?[^\s:)]*)?:(\d+)(?::(\d+))?/g,
  )) {
    const file = fileURLToPath(url);
    if (isLethes(file) || file.includes("node_modules") || !existsSync(file)) continue;
    const text = lineOf(readFileSync(file, "utf8"), Number(line));
    return { file, line: Number(line), column: Number(column ?? 1), text };
  }
  return undefined;
}
