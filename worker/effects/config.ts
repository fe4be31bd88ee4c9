/** `lethe.effects.ts`: which handlers there are, made ready when the worker starts. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { FindingsError, UsageError } from "../../generator/errors.ts";
import type { HandlerDeclaration } from "./define.ts";
import { readEffects } from "./file.ts";
import type { Handler } from "./handler.ts";
import { jobs } from "./handlers/jobs.ts";
import { environmentComplaint } from "./issues.ts";
import { isMissingSdk, MissingSdk } from "./sdk.ts";
import { type Environment, slots } from "./settings.ts";

export interface EffectsDefinition {
  /** By the name that the annotation's `effects` use: `effects: { avatar: { handler: "blob" } }`. */
  handlers: Record<string, HandlerDeclaration>;
}

/**
 * The default export of `lethe.effects.ts`. Nothing is loaded, looked up or called before a worker starts with it.
 *
 * @example
 * export default defineEffects({
 *   handlers: {
 *     blob: vercelBlob({ token: env("BLOB_READ_WRITE_TOKEN") }),
 *     billing: polar({ accessToken: env("POLAR_ACCESS_TOKEN") }),
 *   },
 * });
 */
export function defineEffects(definition: EffectsDefinition): EffectsDefinition {
  return definition;
}

/**
 * The handlers, with their secrets and SDKs. The definition has no findings.
 *
 * @throws UsageError naming every variable that is missing or doesn't fit, and every SDK that isn't installed
 */
export async function openEffects(
  definition: EffectsDefinition,
  environment: Environment = process.env,
): Promise<Map<string, Handler>> {
  const given = slots(environment);
  const checked = Object.entries(definition.handlers).map(([name, declaration]) => {
    const result = declaration.shape(given).safeParse(declaration.settings);
    return { name, declaration, ...result };
  });
  const complaint = environmentComplaint(checked);
  if (complaint !== undefined) throw complaint;

  const handlers = new Map<string, Handler>();
  const missing: MissingSdk[] = [];
  for (const { name, declaration, data } of checked) {
    try {
      handlers.set(name, await declaration.open(data));
    } catch (error) {
      if (!isMissingSdk(error)) throw error;
      missing.push(error);
    }
  }
  if (missing.length > 0) throw MissingSdk.together(missing);
  return handlers;
}

/** Handlers that need no settings: there without an entry in the file, unless it has one of that name. */
export const BUILT_IN: EffectsDefinition["handlers"] = { jobs: jobs() };

/**
 * The handlers of a file and the built-in ones; these alone where no file is given.
 *
 * @throws UsageError where there is no such file, a variable is missing, or an SDK isn't installed
 * @throws FindingsError with everything that is wrong with the file, each with its place
 */
export async function loadEffects(
  file?: string,
  environment: Environment = process.env,
): Promise<Map<string, Handler>> {
  if (file === undefined) return await openEffects({ handlers: BUILT_IN }, environment);
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new UsageError(
      `there is no effects file ${file}`,
      "name it with --effects, or create lethe.effects.ts",
    );
  }
  const { definition, findings, locate } = await readEffects(path);
  if (definition === null) {
    const { renderFindings } = await import("../../generator/annotation/render.ts");
    throw new FindingsError(findings, renderFindings(findings, locate));
  }
  const { handlers } = definition;
  return await openEffects({ handlers: { ...BUILT_IN, ...handlers } }, environment);
}
