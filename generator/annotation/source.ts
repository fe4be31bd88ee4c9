/**
 * The annotation's source as a syntax tree, with the person's own imported files. Only needed once something is
 * wrong: loading the compiler takes about a second, so nothing here is imported before that.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type * as Morph from "ts-morph";
import type { Position } from "../errors.ts";

export type MorphModule = typeof Morph;

export interface Sources {
  morph: MorphModule;
  /** The syntax tree of a file, or undefined where it can't be read. */
  open(file: string): Morph.SourceFile | undefined;
  /** The file that a relative import names. */
  imported(from: Morph.SourceFile, specifier: string): Morph.SourceFile | undefined;
}

export function openSources(): Sources {
  const morph = createRequire(import.meta.url)("ts-morph") as MorphModule;
  const project = new morph.Project({
    useInMemoryFileSystem: true,
    skipFileDependencyResolution: true,
    skipLoadingLibFiles: true,
  });
  const known = new Map<string, Morph.SourceFile | undefined>();
  const open = (file: string): Morph.SourceFile | undefined => {
    if (!known.has(file)) {
      const readable = existsSync(file) && statSync(file).isFile();
      known.set(file, readable ? project.createSourceFile(file, readFileSync(file, "utf8")) : undefined);
    }
    return known.get(file);
  };
  return {
    morph,
    open,
    imported: (from, specifier) => {
      const path = resolve(dirname(from.getFilePath()), specifier);
      return specifier.startsWith(".") && !isLethes(path) ? open(path) : undefined;
    },
  };
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const own = ["generator", "worker"].map((room) => `${join(root, room)}${sep}`);

/** Lethe's own code, by which nobody's mistake is ever explained. */
export function isLethes(file: string): boolean {
  return own.some((folder) => file.startsWith(folder));
}

/** The annotation file and every file of one's own that it imports, each once. */
export function reachable(sources: Sources, file: string): Morph.SourceFile[] {
  const first = sources.open(file);
  const found = new Set<Morph.SourceFile>(first ? [first] : []);
  for (const source of found) {
    for (const declaration of [...source.getImportDeclarations(), ...source.getExportDeclarations()]) {
      const specifier = declaration.getModuleSpecifierValue();
      const next = specifier === undefined ? undefined : sources.imported(source, specifier);
      if (next) found.add(next);
    }
  }
  return [...found];
}

/** Where a node begins. */
export function positionOf(node: Morph.Node): Position {
  return positionAt(node.getSourceFile(), node.getStart());
}

export function positionAt(source: Morph.SourceFile, offset: number): Position {
  const { line, column } = source.getLineAndColumnAtPos(offset);
  return { file: source.getFilePath(), line, column, text: lineOf(source.getFullText(), line) };
}

/** One line of a text, counted from 1. */
export function lineOf(text: string, line: number): string {
  return text.split(/\r?\n/)[line - 1] ?? "";
}
