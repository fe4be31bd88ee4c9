/** Whether the names of a payload are what a handler takes: asked of the annotation, and of each payload that comes. */
import { z } from "zod";

/** Fields of which one at least must be there; the first is what the value of a column is, the second what several are. */
export type MainFields = readonly [one: string, ...others: string[]];

export interface NamesRead {
  /** The one that the handler doesn't know, and takes for its main field: a column hands its value over under its own name. */
  fed?: string;
  unknown: string[];
  /** The field that matters, where nothing stands for it. */
  missing?: string;
}

export function readNames(main: MainFields, known: readonly string[], names: readonly string[]): NamesRead {
  const unknown = names.filter((name) => !known.includes(name));
  if (main.some((name) => names.includes(name))) return { unknown };
  const [fed, ...others] = unknown;
  if (fed !== undefined && others.length === 0) return { fed, unknown: [] };
  return { unknown, missing: main[0] };
}

/** What isn't understood isn't done, and never a success. */
export function payloadShape(main: MainFields, shape: z.ZodType): z.ZodType {
  const known = fieldsOf(shape);
  const [one, several = one] = main;
  return z.preprocess((payload, context) => {
    if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return payload;
    const { fed, unknown, missing } = readNames(main, known, Object.keys(payload));
    for (const name of unknown) context.addIssue({ code: "custom", path: [name], message: "not known" });
    if (missing !== undefined) context.addIssue({ code: "custom", path: [missing], message: "missing" });
    if (fed === undefined) return payload;
    const { [fed]: value, ...rest } = payload as Record<string, unknown>;
    return { ...rest, [Array.isArray(value) ? several : one]: value };
  }, shape);
}

export function fieldsOf(shape: z.ZodType): string[] {
  return shape instanceof z.ZodObject ? Object.keys(shape.shape) : [];
}
