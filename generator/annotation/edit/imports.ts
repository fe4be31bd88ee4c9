/** `todo` in a file: the name it has there, and what to insert where it isn't imported yet. */
import { dirname, relative, resolve, sep } from "node:path";
import type { ImportDeclaration, SourceFile } from "ts-morph";
import * as builders from "../builders.ts";
import type { Places } from "../locate.ts";
import { type Insertion, indentBefore, lineBreak } from "./text.ts";

export interface TodoName {
  name: string;
  insertions: Insertion[];
}

/** Undefined where nothing says what Lethe is imported from. */
export function todoIn({ sources }: Places, source: SourceFile, main: SourceFile): TodoName | undefined {
  const isLethes = (file: SourceFile) => (declaration: ImportDeclaration) =>
    !declaration.isTypeOnly() &&
    sources.imported(file, declaration.getModuleSpecifierValue()) === undefined &&
    (declaration.getNamespaceImport() !== undefined
      ? isLethe(file, declaration.getModuleSpecifierValue())
      : declaration.getNamedImports().some((one) => one.getName() in builders));
  const declarations = source.getImportDeclarations().filter(isLethes(source));
  for (const declaration of declarations) {
    const namespace = declaration.getNamespaceImport();
    if (namespace) return { name: `${namespace.getText()}.todo`, insertions: [] };
    const named = declaration.getNamedImports().find((one) => one.getName() === "todo" && !one.isTypeOnly());
    if (named) return { name: named.getAliasNode()?.getText() ?? "todo", insertions: [] };
  }
  const [first] = declarations;
  if (first !== undefined) return { name: "todo", insertions: [intoImport(source, first)] };
  const from = main.getImportDeclarations().find(isLethes(main))?.getModuleSpecifierValue();
  if (from === undefined) return undefined;
  return { name: "todo", insertions: [newImport(source, specifierFrom(source, main, from))] };
}

function isLethe(file: SourceFile, specifier: string): boolean {
  return (
    specifier === "pg-lethe" ||
    (specifier.startsWith(".") &&
      /generator\/index\.[jt]s$/.test(resolve(dirname(file.getFilePath()), specifier)))
  );
}

/** In its place where the names are sorted, else at the end. */
function intoImport(source: SourceFile, declaration: ImportDeclaration): Insertion {
  const text = source.getFullText();
  const names = declaration.getNamedImports();
  const last = names.at(-1);
  const sorted = names.every((one, at) => at === 0 || (names[at - 1]?.getName() ?? "") <= one.getName());
  const next = sorted ? names.find((one) => one.getName() > "todo") : undefined;
  const file = source.getFilePath();
  if (next !== undefined) {
    const indent = indentBefore(text, next.getStart());
    return {
      file,
      at: next.getStart(),
      text: `todo,${indent === null ? " " : `${lineBreak(text)}${indent}`}`,
    };
  }
  if (last === undefined) throw new Error("an import of Lethe's without names was taken for one with names");
  const indent = indentBefore(text, last.getStart());
  return { file, at: last.getEnd(), text: `,${indent === null ? " " : `${lineBreak(text)}${indent}`}todo` };
}

/** Below the other imports, or above the first statement. */
function newImport(source: SourceFile, specifier: string): Insertion {
  const text = source.getFullText();
  const br = lineBreak(text);
  const line = `import { todo } from ${JSON.stringify(specifier)};`;
  const last = source.getImportDeclarations().at(-1);
  const file = source.getFilePath();
  if (last !== undefined) return { file, at: last.getEnd(), text: `${br}${line}` };
  return { file, at: source.getStatements()[0]?.getStart(true) ?? 0, text: `${line}${br}${br}` };
}

/** A relative path leads elsewhere from another folder. */
function specifierFrom(source: SourceFile, main: SourceFile, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const path = relative(dirname(source.getFilePath()), resolve(dirname(main.getFilePath()), specifier));
  const posix = path.split(sep).join("/");
  return posix.startsWith(".") ? posix : `./${posix}`;
}
