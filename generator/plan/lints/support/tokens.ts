/** Cuts an SQL expression, as PostgreSQL prints it, into its words. */

export interface Token {
  kind: "string" | "number" | "name" | "operator" | "symbol";
  text: string;
  quoted: boolean;
}

const PATTERN =
  /\s*(?:([Ee]?)'((?:[^']|'')*)'|"((?:[^"]|"")*)"|(\d+(?:\.\d+)?)|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(::|[()[\],.])|([-+*/<>=~!@#%^&|`?]+))/y;

/** Throws a SyntaxError where the text is beyond it. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  const text = expression.trimEnd();
  let at = 0;
  while (at < text.length) {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(text);
    if (match === null) throw new SyntaxError("not an expression that can be read here");
    at = PATTERN.lastIndex;
    tokens.push(tokenOf(match));
  }
  return tokens;
}

function tokenOf([, escaped, string, quoted, number, name, symbol, operator]: RegExpExecArray): Token {
  if (string !== undefined) {
    const plain = string.replaceAll("''", "'");
    return { kind: "string", text: escaped ? plain.replaceAll("\\\\", "\\") : plain, quoted: true };
  }
  if (quoted !== undefined) return { kind: "name", text: quoted.replaceAll('""', '"'), quoted: true };
  if (number !== undefined) return { kind: "number", text: number, quoted: false };
  if (name !== undefined) return { kind: "name", text: name, quoted: false };
  if (symbol !== undefined) return { kind: "symbol", text: symbol, quoted: false };
  return { kind: "operator", text: operator ?? "", quoted: false };
}
