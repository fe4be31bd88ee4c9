/** New members of an object literal, placed and laid out as the author lays out theirs. */
import type { ArrayLiteralExpression, Node, ObjectLiteralExpression } from "ts-morph";
import type { MorphModule } from "../source.ts";
import { type Insertion, indentBefore, lineBreak, lineStart } from "./text.ts";

/** `members` are `key: value` each. Before the spread of `keepRest({ … })` that ends the literal, else at its end. */
export function insertMembers(
  morph: MorphModule,
  literal: ObjectLiteralExpression,
  members: string[],
): Insertion[] {
  const { properties } = literal.compilerNode;
  const last = literal.getProperties().at(-1);
  if (last !== undefined && isKeepRest(morph, last)) {
    const source = literal.getSourceFile();
    const [at, text] = before(source.getFullText(), last, members);
    return [{ file: source.getFilePath(), at, text }];
  }
  return insertLast(literal, literal.getProperties(), properties.hasTrailingComma, members);
}

/** New elements at the end of an array literal. */
export function insertElements(literal: ArrayLiteralExpression, elements: string[]): Insertion[] {
  const { hasTrailingComma } = literal.compilerNode.elements;
  return insertLast(literal, literal.getElements(), hasTrailingComma, elements);
}

function insertLast(
  literal: ObjectLiteralExpression | ArrayLiteralExpression,
  there: readonly Node[],
  trailing: boolean,
  members: string[],
): Insertion[] {
  const source = literal.getSourceFile();
  const text = source.getFullText();
  const insert = (at: number, inserted: string): Insertion => ({
    file: source.getFilePath(),
    at,
    text: inserted,
  });
  const last = there.at(-1);
  const end = lastLine(literal);
  if (last === undefined) return [insert(...intoEmpty(text, literal, members))];
  const indent = indentBefore(text, end);
  if (indent === null || lineStart(text, end) <= last.getEnd()) {
    // On one line, or with the brace behind the last member.
    return [insert(last.getEnd(), members.map((member) => `, ${member}`).join(""))];
  }
  const br = lineBreak(text);
  const own = indentBefore(text, there[0]?.getStart() ?? 0) ?? `${indent}  `;
  const lines = members.map(
    (member, at) => `${own}${member}${trailing || at < members.length - 1 ? "," : ""}${br}`,
  );
  const comma = trailing ? [] : [insert(last.getEnd(), ",")];
  return [...comma, insert(lineStart(text, end), lines.join(""))];
}

/** Where the closing brace stands. */
function lastLine(literal: Node): number {
  return literal.getEnd() - 1;
}

function intoEmpty(text: string, literal: Node, members: string[]): [number, string] {
  const end = lastLine(literal);
  const indent = indentBefore(text, end);
  if (indent !== null && lineStart(text, end) > literal.getStart()) {
    const br = lineBreak(text);
    return [lineStart(text, end), members.map((member) => `${indent}  ${member},${br}`).join("")];
  }
  if (text[end] === "]") return [end, members.join(", ")];
  const inside = text.slice(literal.getStart() + 1, end);
  const space = inside.endsWith(" ") ? "" : " ";
  return [end, `${space}${members.join(", ")} `];
}

/** Lines of their own above the member, and above its comment. */
function before(text: string, member: Node, members: string[]): [number, string] {
  const indent = indentBefore(text, member.getStart());
  if (indent === null) return [member.getStart(), members.map((each) => `${each}, `).join("")];
  const br = lineBreak(text);
  const at = text.indexOf("\n", member.getFullStart()) + 1;
  return [at, members.map((each) => `${indent}${each},${br}`).join("")];
}

function isKeepRest({ Node }: MorphModule, member: Node): boolean {
  if (!Node.isSpreadAssignment(member)) return false;
  const call = member.getExpression();
  return Node.isCallExpression(call) && /(^|\.)keepRest$/.test(call.getExpression().getText());
}
