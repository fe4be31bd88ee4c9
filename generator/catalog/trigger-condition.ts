/**
 * The WHEN condition of a trigger. pg_get_expr can't print it (it speaks of two rows, OLD and NEW), so it is cut
 * out of the whole definition; names and strings in there may hold any text, so they are stepped over.
 */

const opening = " WHEN (";

/** The condition in a definition as pg_get_triggerdef prints it, without its outer parentheses; null if none. */
export function triggerCondition(definition: string): string | null {
  let start: number | undefined;
  let depth = 0;
  for (let at = 0; at < definition.length; at++) {
    const character = definition[at];
    if (character === '"' || character === "'") {
      at = closingQuote(definition, at);
    } else if (start === undefined) {
      if (!definition.startsWith(opening, at)) continue;
      at += opening.length - 1;
      start = at + 1;
      depth = 1;
    } else if (character === "(") {
      depth++;
    } else if (character === ")") {
      depth--;
      if (depth === 0) return definition.slice(start, at);
    }
  }
  return null;
}

/** Where the name or string that begins at `start` ends. A doubled quote reopens at once, so it needs no care. */
function closingQuote(text: string, start: number): number {
  const quote = text[start];
  // No backslash escapes a quote: the reader pins standard_conforming_strings, and E'…' doubles them.
  const end = text.indexOf(quote ?? "", start + 1);
  return end === -1 ? text.length : end;
}
