/** Families of types, as far as the lints tell them apart. `baseType` is without modifier and below any domain. */

const INTEGERS: Record<string, bigint> = {
  smallint: 32_767n,
  integer: 2_147_483_647n,
  bigint: 9_223_372_036_854_775_807n,
};

export type Family =
  | "text"
  | "integer"
  | "number"
  | "boolean"
  | "uuid"
  | "date"
  | "time"
  | "json"
  | "network"
  | "array"
  | "other";

export function familyOf(baseType: string): Family {
  if (baseType.endsWith("[]")) return "array";
  if (/^(text|character varying|character|name|(.*\.)?citext)$/.test(baseType)) return "text";
  if (baseType in INTEGERS) return "integer";
  if (/^(numeric|real|double precision|money)$/.test(baseType)) return "number";
  if (baseType === "boolean" || baseType === "uuid") return baseType;
  if (baseType === "date" || baseType.startsWith("timestamp")) return "date";
  if (/^time with/.test(baseType)) return "time";
  if (baseType === "json" || baseType === "jsonb") return "json";
  if (baseType === "inet" || baseType === "cidr") return "network";
  return "other";
}

/** The greatest value of an integer type. */
export function greatest(baseType: string): bigint {
  return INTEGERS[baseType] ?? 0n;
}

/** The most characters a key of this type may print as; null where there is no telling. */
export function keyLength(baseType: string, maxLength: number | null): number | null {
  const fixed: Record<string, number> = { uuid: 36, bigint: 20, integer: 11, smallint: 6 };
  return fixed[baseType] ?? maxLength;
}
