/** How keys and values of one type are compared with columns of another. */

const families: Record<string, string> = {
  smallint: "integer",
  integer: "integer",
  bigint: "integer",
  text: "text",
  "character varying": "text",
};

/**
 * The array element type that keys are cast to, or null where both types compare as they are.
 * The key is cast to the column's type, never the other way round, so that the column's index serves.
 */
export function castFor(columnType: string, keyType: string): string | null {
  const family = families[columnType];
  if (columnType === keyType || (family !== undefined && family === families[keyType])) return null;
  return columnType === "character" ? "bpchar" : columnType;
}
