/** Insertions into a text: nothing is ever printed anew, so that every other byte stays the author's. */

export interface Insertion {
  file: string;
  /** Offset in the text before any insertion. */
  at: number;
  text: string;
}

/** All of them at once; at one place in the order given. */
export function insertAll(text: string, insertions: readonly Insertion[]): string {
  const sorted = insertions.map((insertion, order) => ({ ...insertion, order }));
  sorted.sort((a, b) => a.at - b.at || a.order - b.order);
  let result = "";
  let from = 0;
  for (const { at, text: inserted } of sorted) {
    result += text.slice(from, at) + inserted;
    from = at;
  }
  return result + text.slice(from);
}

/** The line break that the file uses. */
export function lineBreak(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Where the line of an offset begins. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** What stands before an offset in its line, where that is nothing but space; else null. */
export function indentBefore(text: string, at: number): string | null {
  const before = text.slice(lineStart(text, at), at);
  return /^[ \t]*$/.test(before) ? before : null;
}
