/**
 * Builders never throw: whatever a person passes ends up in the value, so that the validation can name every
 * mistake at once, with its place in the file.
 */

/** Under this key the validation finds an argument that isn't an object. */
export const MISPLACED = "(argument)";

/** The builder's own fields together with the caller's settings. */
export function merge<F extends object, S>(fixed: F, settings: S): S & F {
  if (settings === undefined) return { ...fixed } as S & F;
  if (typeof settings === "object" && settings !== null && !Array.isArray(settings)) {
    return { ...settings, ...fixed };
  }
  return { ...fixed, [MISPLACED]: settings } as unknown as S & F;
}
