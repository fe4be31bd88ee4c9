/** A comment beside what the database no longer has: a person removes it, so that nothing is lost unseen. */
import type { Node } from "ts-morph";
import type { Places } from "../locate.ts";
import type { Vanished } from "./missing.ts";
import { type Insertion, indentBefore, lineBreak } from "./text.ts";

/** Nothing where the place can't be found, or is marked already. */
export function markVanished(places: Places, vanished: Vanished): Insertion[] {
  const found = places.find(vanished.path);
  if (found === undefined || !found.exact) return [];
  const member = memberOf(places, found.name);
  if (member === undefined) return [];
  const source = member.getSourceFile();
  const text = source.getFullText();
  if (text.slice(member.getFullStart(), member.getStart()).includes("vanished:")) return [];
  const say = `vanished: the database has no ${vanished.what} ${vanished.subject} any more`.replace(
    /[\r\n\u2028\u2029]|\*\//g,
    " ",
  );
  const indent = indentBefore(text, member.getStart());
  const comment = indent === null ? `/* ${say} */ ` : `// ${say}${lineBreak(text)}${indent}`;
  return [{ file: source.getFilePath(), at: member.getStart(), text: comment }];
}

/** The property that a name belongs to, or the name itself where it stands in a list. */
function memberOf({ sources }: Places, name: Node): Node | undefined {
  const { Node } = sources.morph;
  // Of what a preset says there is no place in the file.
  if (Node.isCallExpression(name)) return undefined;
  if (Node.isArrayLiteralExpression(name.getParent())) return name;
  const property = name.getFirstAncestor(
    (ancestor) => Node.isPropertyAssignment(ancestor) || Node.isShorthandPropertyAssignment(ancestor),
  );
  return property;
}
