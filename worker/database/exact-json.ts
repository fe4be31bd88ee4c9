/**
 * JSON as PostgreSQL writes it. A bigint key may be larger than what a number of JavaScript holds exactly: 9007199254740993
 * would become the key of the person before. Such integers stay texts.
 */
export function parseExactly(text: string): unknown {
  const exact = (_: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
      ? context?.source
      : value;
  return JSON.parse(text, exact);
}
