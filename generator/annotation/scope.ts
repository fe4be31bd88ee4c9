/**
 * What a name stands for, by reading alone: top-level declarations and imports of the person's own files. The type
 * checker would know more, but takes seconds and needs a whole project.
 */
import type { Node, PropertyAccessExpression, SourceFile } from "ts-morph";
import type { Sources } from "./source.ts";

/** Far beyond any annotation, and far below what the stack holds. */
export const FARTHEST = 2000;

export interface Scope {
  sources: Sources;
  /** Steps taken for one path: a guard against circles. */
  seen: number;
}

/** The value or function that a name of a file stands for. */
export function declarationOf(scope: Scope, source: SourceFile, name: string): Node | undefined {
  const variable = source.getVariableDeclaration(name)?.getInitializer() ?? source.getFunction(name);
  if (variable) return variable;
  for (const declaration of source.getImportDeclarations()) {
    const target = scope.sources.imported(source, declaration.getModuleSpecifierValue());
    if (target === undefined) continue;
    if (declaration.getDefaultImport()?.getText() === name) return exportOf(scope, target, "default");
    for (const specifier of declaration.getNamedImports()) {
      const local = specifier.getAliasNode()?.getText() ?? specifier.getName();
      if (local === name) return exportOf(scope, target, specifier.getName());
    }
  }
  return undefined;
}

/** `shared.columns`, where `shared` is an imported namespace. */
export function memberOf(scope: Scope, access: PropertyAccessExpression): Node | undefined {
  const source = access.getSourceFile();
  const namespace = access.getExpression().getText();
  for (const declaration of source.getImportDeclarations()) {
    if (declaration.getNamespaceImport()?.getText() !== namespace) continue;
    const target = scope.sources.imported(source, declaration.getModuleSpecifierValue());
    if (target) return exportOf(scope, target, access.getName());
  }
  return undefined;
}

function exportOf(scope: Scope, source: SourceFile, name: string): Node | undefined {
  if (scope.seen++ > FARTHEST) return undefined;
  if (name === "default") return source.getExportAssignment((one) => !one.isExportEquals())?.getExpression();
  for (const declaration of source.getExportDeclarations()) {
    const specifier = declaration.getModuleSpecifierValue();
    const target = specifier === undefined ? source : scope.sources.imported(source, specifier);
    if (target === undefined) continue;
    const named = declaration
      .getNamedExports()
      .find((one) => (one.getAliasNode()?.getText() ?? one.getName()) === name);
    if (named && target === source) return declarationOf(scope, source, named.getName());
    if (named) return exportOf(scope, target, named.getName());
    const passedOn = declaration.isNamespaceExport() ? exportOf(scope, target, name) : undefined;
    if (passedOn) return passedOn;
  }
  return declarationOf(scope, source, name);
}
