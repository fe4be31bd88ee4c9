/**
 * Where a place of the annotation's value stands in the source. Walks the syntax tree the way the value was made:
 * through builder calls, names, own imported files, spreads and casts. What can't be followed ends at the nearest
 * place that can, so there is always a position.
 */
import type { CallExpression, Expression, Node, ObjectLiteralExpression, SourceFile } from "ts-morph";
import type { Position } from "../errors.ts";
import type { AnnotationPath } from "./model.ts";
import { declarationOf, FARTHEST, memberOf, type Scope } from "./scope.ts";
import { openSources, positionOf, type Sources } from "./source.ts";

/** "value" points at what was written for a key, "key" at the key itself. */
export type LocateAt = "value" | "key";
export type Locate = (path: AnnotationPath, at?: LocateAt) => Position;

/** Nothing is read or loaded before the first position is asked for. */
export function locator(file: string): Locate {
  let walk: Locate | undefined;
  return (path, at = "value") => {
    walk ??= openLocator(file);
    return walk(path, at);
  };
}

/** What was found for a key: its value, and the node that names it. */
interface Place {
  value: Node;
  name: Node;
}

function openLocator(file: string): Locate {
  const places = openPlaces(file);
  return (path, at) => {
    const found = places.find(path);
    if (found === undefined) return places.start ?? { file, line: 1, column: 1, text: "" };
    // A key that isn't there is placed at its parent, never at an unrelated name.
    return positionOf(at === "key" && found.exact ? found.name : found.value);
  };
}

/** What stands at a path, or, where `exact` is false, at the nearest place above it. */
export interface Found {
  value: Node;
  name: Node;
  exact: boolean;
}

export interface Places {
  sources: Sources;
  /** Where the file begins; undefined where it can't be read. */
  start: Position | undefined;
  find(path: AnnotationPath): Found | undefined;
  /** The node that makes a value: names and the person's own functions followed. */
  made(node: Node): Node | undefined;
}

/** The annotation's syntax trees, for those who edit them. */
export function openPlaces(file: string): Places {
  const sources = openSources();
  const scope: Scope = { sources, seen: 0 };
  const source = sources.open(file);
  const root = source && exportedValue(source);
  return {
    sources,
    start: source && positionOf(source),
    find(path) {
      if (root === undefined) return undefined;
      scope.seen = 0;
      let place: Place = { value: root, name: root };
      let steps = path;
      while (steps.length > 0) {
        const next: { place: Place; used: number } | undefined = step(scope, place.value, steps);
        if (next === undefined) return { ...place, exact: false };
        place = next.place;
        steps = steps.slice(next.used);
      }
      return { ...place, exact: true };
    },
    made(node) {
      scope.seen = 0;
      return resolve(scope, node);
    },
  };
}

function exportedValue(source: SourceFile): Node | undefined {
  return source.getExportAssignment((assignment) => !assignment.isExportEquals())?.getExpression();
}

function step(scope: Scope, value: Node, path: AnnotationPath): { place: Place; used: number } | undefined {
  const [key, second] = path;
  if (key === undefined) return undefined;
  const found = child(scope, value, key);
  if (found) return { place: found, used: 1 };
  // The model has `rules` where a person wrote a single rule: ["rules", 0] is then the table's own value.
  if (key === "rules" && second === 0) return { place: { value, name: value }, used: 2 };
  // … and columns at the table where the person wrote them on the rule behind a blocker.
  if (key === "columns") {
    const otherwise = child(scope, value, "otherwise");
    const columns = otherwise && child(scope, otherwise.value, "columns");
    if (columns) return { place: columns, used: 1 };
  }
  return undefined;
}

function child(scope: Scope, written: Node, key: string | number): Place | undefined {
  const { Node } = scope.sources.morph;
  const value = resolve(scope, written);
  if (value === undefined) return undefined;
  if (Node.isObjectLiteralExpression(value)) return property(scope, value, String(key));
  if (Node.isArrayLiteralExpression(value)) {
    const element = typeof key === "number" ? value.getElements()[key] : undefined;
    return element && { value: element, name: element };
  }
  if (Node.isCallExpression(value)) {
    if (isGroup(value)) return inGroup(scope, value, key);
    const argument = positional(value.getExpression().getText(), String(key), value.getArguments());
    if (argument) return { value: argument, name: argument };
    for (const candidate of value.getArguments()) {
      const found = child(scope, candidate, key);
      if (found) return found;
    }
  }
  return undefined;
}

/** Builders whose fields are arguments in a row. */
const POSITIONAL: Record<string, string[]> = {
  via: ["table"],
  ownerSql: ["expression"],
  reassign: ["to"],
  todo: ["question"],
  ack: ["reason"],
  accept: ["code", "reason", "about"],
  keep: ["reason"],
  unrelated: ["reason"],
  set: ["value"],
  "pii.replace": ["value"],
  "pii.template": ["template"],
  "pii.truncate": ["to"],
  "pii.jsonRemove": ["paths"],
  "pii.jsonSet": ["path", "value"],
  "pii.removeElement": ["element"],
  "pii.sql": ["expression"],
};

function isGroup(call: CallExpression): boolean {
  return /(^|\.)group$/.test(call.getExpression().getText());
}

/**
 * `group(patterns, decision, list)` stands in `tables` under a key of its own, and for each table that it names: of such a
 * table the value is the group's decision, and the name is where it is listed.
 */
function inGroup(scope: Scope, call: CallExpression, key: string | number): Place | undefined {
  const { Node } = scope.sources.morph;
  const [patterns, decision, list] = call.getArguments();
  const argument = { patterns, decision, tables: list }[String(key)];
  if (argument) return { value: argument, name: argument };
  const named = [patterns, list].flatMap((each) => {
    const array = each && resolve(scope, each);
    return Node.isArrayLiteralExpression(array) ? array.getElements() : [];
  });
  const texts = (array: Node | undefined): (string | undefined)[] => {
    const made = array && resolve(scope, array);
    return Node.isArrayLiteralExpression(made) ? made.getElements().map((each) => textOf(scope, each)) : [];
  };
  if (key === `group(${texts(patterns).join(", ")})`) return { value: call, name: call };
  const element = named.find((each) => nameIn(scope, each) === key);
  if (element === undefined || decision === undefined) return undefined;
  // A todo() in the list is a question of its own.
  return { value: textOf(scope, element) === undefined ? element : decision, name: element };
}

function nameIn(scope: Scope, element: Node): string | undefined {
  const { Node } = scope.sources.morph;
  const [argument] = Node.isCallExpression(element) ? element.getArguments() : [];
  return textOf(scope, argument ?? element);
}

function textOf(scope: Scope, node: Node): string | undefined {
  const { Node } = scope.sources.morph;
  const made = resolve(scope, node);
  return Node.isStringLiteral(made) || Node.isNoSubstitutionTemplateLiteral(made)
    ? made.getLiteralText()
    : undefined;
}

function positional(callee: string, key: string, args: Node[]): Node | undefined {
  const name = Object.keys(POSITIONAL).find(
    (builder) => callee === builder || callee.endsWith(`.${builder}`),
  );
  const index = name === undefined ? -1 : (POSITIONAL[name]?.indexOf(key) ?? -1);
  return index < 0 ? undefined : args[index];
}

function property(scope: Scope, object: ObjectLiteralExpression, key: string): Place | undefined {
  const { Node } = scope.sources.morph;
  // From the end: of two equal keys the later one is the value.
  for (const member of object.getProperties().toReversed()) {
    if (Node.isSpreadAssignment(member)) {
      const found = child(scope, member.getExpression(), key);
      if (found) return found;
    } else if (nameOf(scope, member.getNameNode()) === key) {
      if (Node.isPropertyAssignment(member)) {
        const initializer = member.getInitializer();
        if (initializer) return { value: initializer, name: member.getNameNode() };
      }
      return { value: member, name: member.getNameNode() };
    }
  }
  // What a preset says stands nowhere in the file; the nearest place is its call.
  for (const member of object.getProperties()) {
    const made = Node.isSpreadAssignment(member) ? resolve(scope, member.getExpression()) : undefined;
    if (made !== undefined && isPreset(scope, made)) return { value: made, name: made };
  }
  return undefined;
}

function isPreset(scope: Scope, node: Node): boolean {
  const { Node } = scope.sources.morph;
  return Node.isCallExpression(node) && /(^|\.)authPresets\.\w+$/.test(node.getExpression().getText());
}

function nameOf(scope: Scope, name: Node): string | undefined {
  const { Node } = scope.sources.morph;
  if (Node.isStringLiteral(name) || Node.isNoSubstitutionTemplateLiteral(name)) return name.getLiteralText();
  if (Node.isNumericLiteral(name)) return name.getText();
  if (!Node.isComputedPropertyName(name)) return name.getText();
  const computed = resolve(scope, name.getExpression());
  return computed && Node.isStringLiteral(computed) ? computed.getLiteralText() : undefined;
}

/** The node that makes the value: casts and parentheses removed, names followed to what they stand for. */
function resolve(scope: Scope, node: Node): Node | undefined {
  const { Node } = scope.sources.morph;
  // A name may stand for itself through a circle of imports.
  if (scope.seen++ > FARTHEST) return undefined;
  if (
    Node.isAsExpression(node) ||
    Node.isSatisfiesExpression(node) ||
    Node.isParenthesizedExpression(node) ||
    Node.isNonNullExpression(node)
  ) {
    return resolve(scope, node.getExpression());
  }
  if (Node.isShorthandPropertyAssignment(node)) return resolve(scope, node.getNameNode());
  if (Node.isIdentifier(node))
    return follow(scope, declarationOf(scope, node.getSourceFile(), node.getText()), node);
  if (Node.isPropertyAccessExpression(node)) {
    const exported = memberOf(scope, node);
    if (exported) return follow(scope, exported, node);
    return child(scope, node.getExpression(), node.getName())?.value;
  }
  if (Node.isCallExpression(node)) {
    const made = returned(scope, node.getExpression());
    return made === undefined ? node : resolve(scope, made);
  }
  return node;
}

function follow(scope: Scope, declaration: Node | undefined, from: Node): Node | undefined {
  return declaration === undefined || declaration === from ? undefined : resolve(scope, declaration);
}

/** What a person's own helper function returns, so that `common()` leads to the object inside it. */
function returned(scope: Scope, callee: Expression): Node | undefined {
  const { Node } = scope.sources.morph;
  const declared = Node.isIdentifier(callee)
    ? declarationOf(scope, callee.getSourceFile(), callee.getText())
    : undefined;
  if (declared === undefined) return undefined;
  if (
    !Node.isArrowFunction(declared) &&
    !Node.isFunctionDeclaration(declared) &&
    !Node.isFunctionExpression(declared)
  ) {
    return undefined;
  }
  const body = declared.getBody();
  if (body === undefined) return undefined;
  if (!Node.isBlock(body)) return body;
  return body.getStatements().filter(Node.isReturnStatement).at(-1)?.getExpression();
}
