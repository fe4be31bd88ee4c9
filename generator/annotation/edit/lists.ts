/** The list of tables of a `group(…)`: where new names go, in an array that is there or in a new one. */
import type { CallExpression, Node } from "ts-morph";
import type { Places } from "../locate.ts";
import type { AnnotationPath } from "../model.ts";
import { insertElements } from "./members.ts";
import { sharedName } from "./place.ts";
import { type Insertion, indentBefore, lineBreak, lineStart } from "./text.ts";

const WIDTH = 110;

interface List {
  /** In whose file the names go. */
  node: Node;
  insert(names: string[]): Insertion[];
}

export function listIn(places: Places, file: string, path: AnnotationPath): List | { reason: string } {
  const { Node } = places.sources.morph;
  const found = places.find(path);
  const call = found?.exact ? found.value : undefined;
  if (call === undefined || !Node.isCallExpression(call)) return { reason: "the place is computed" };
  const [, decision, list] = call.getArguments();
  if (list === undefined) {
    if (decision === undefined) return { reason: "the place is computed" };
    return (
      sharedName(places, file, call) ?? { node: call, insert: (names) => firstList(call, decision, names) }
    );
  }
  const array = places.made(list);
  if (!Node.isArrayLiteralExpression(array)) return { reason: "the list is computed" };
  return sharedName(places, file, array) ?? { node: array, insert: (names) => insertElements(array, names) };
}

/** Behind the decision; on lines of its own where it is long. */
function firstList(call: CallExpression, decision: Node, names: string[]): Insertion[] {
  const source = call.getSourceFile();
  const text = source.getFullText();
  const at = decision.getEnd();
  const line = text.slice(lineStart(text, at), at);
  const short = `, [${names.join(", ")}]`;
  const file = source.getFilePath();
  // Arguments on lines of their own stay so.
  const own = indentBefore(text, decision.getStart());
  const br = lineBreak(text);
  if (own !== null) return [{ file, at, text: `,${br}${own}[${wrapped(names, own, br)}]` }];
  if (line.length + short.length + 2 <= WIDTH) return [{ file, at, text: short }];
  const indent = /^[ \t]*/.exec(line)?.[0] ?? "";
  return [{ file, at, text: `, [${wrapped(names, indent, br)}]` }];
}

/** As many names on a line as fit. */
function wrapped(names: string[], indent: string, br: string): string {
  const one = names.join(", ");
  if (indent.length + one.length + 3 <= WIDTH && names.length < 8) return one;
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length + 2 <= WIDTH)
      lines[lines.length - 1] = `${last} ${name},`;
    else lines.push(`${indent}  ${name},`);
  }
  return `${br}${lines.join(br)}${br}${indent}`;
}
