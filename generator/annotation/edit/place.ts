/** The object literals that new decisions go into, followed through names and imported files. */
import type { CallExpression, Node, ObjectLiteralExpression } from "ts-morph";
import type { Places } from "../locate.ts";
import type { AnnotationPath } from "../model.ts";
import { reachable } from "../source.ts";

export type Target = { literal: ObjectLiteralExpression } | { call: CallExpression } | { reason: string };

/** The literal that makes the record at a path. */
export function recordAt(places: Places, file: string, path: AnnotationPath): Target {
  const found = places.find(path);
  if (found === undefined || !found.exact) return { reason: computed(places, found?.value) };
  return usable(places, file, places.made(found.value));
}

function computed({ sources }: Places, nearest: Node | undefined): string {
  const { Node } = sources.morph;
  const call = Node.isCallExpression(nearest) ? nearest.getExpression().getText() : "";
  return /(^|\.)authPresets\.\w+$/.test(call)
    ? `${call}() says it: decide the table by a key behind its spread`
    : "the place is computed";
}

/** The literal that a builder is called with, for a new field in it; the call itself where it has no argument. */
export function argumentAt(places: Places, file: string, path: AnnotationPath): Target {
  const { Node } = places.sources.morph;
  const found = places.find(path);
  const made = found?.exact ? places.made(found.value) : undefined;
  if (made === undefined || !Node.isCallExpression(made)) return { reason: "the place is computed" };
  const [argument, ...more] = made.getArguments();
  if (argument === undefined) return sharedName(places, file, made) ?? { call: made };
  return more.length > 0 ? { reason: "the place is computed" } : usable(places, file, places.made(argument));
}

function usable(places: Places, file: string, made: Node | undefined): Target {
  const { Node } = places.sources.morph;
  if (made === undefined || !Node.isObjectLiteralExpression(made)) return { reason: "the place is computed" };
  return sharedName(places, file, made) ?? { literal: made };
}

/** What several places share can't be changed for one of them, and what a function makes is the function's affair. */
export function sharedName(places: Places, file: string, node: Node): { reason: string } | undefined {
  const { Node } = places.sources.morph;
  const files = reachable(places.sources, file);
  for (const ancestor of node.getAncestors()) {
    if (isFunction(places, ancestor)) return { reason: "the place is made by a function" };
    const named = Node.isVariableDeclaration(ancestor) ? ancestor.getName() : undefined;
    if (named === undefined) continue;
    const uses = files
      .flatMap((source) => source.getDescendants())
      .filter((each) => isUse(places, each, named));
    if (uses.length > 1) return { reason: `\`${named}\` makes more than this place` };
  }
  return undefined;
}

function isFunction({ sources }: Places, node: Node): boolean {
  const { Node } = sources.morph;
  return Node.isArrowFunction(node) || Node.isFunctionExpression(node) || Node.isFunctionDeclaration(node);
}

function isUse({ sources }: Places, node: Node, name: string): boolean {
  const { Node } = sources.morph;
  if (!Node.isIdentifier(node) || node.getText() !== name) return false;
  const parent = node.getParent();
  if (Node.isImportSpecifier(parent) || Node.isExportSpecifier(parent) || Node.isImportClause(parent))
    return false;
  if (
    (Node.isVariableDeclaration(parent) || Node.isFunctionDeclaration(parent)) &&
    parent.getNameNode() === node
  )
    return false;
  // `users: subject(…)` and `t.users` name something else.
  if (Node.isPropertyAssignment(parent) && parent.getNameNode() === node) return false;
  return true;
}
