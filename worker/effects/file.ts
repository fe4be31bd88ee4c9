/** Reads lethe.effects.ts and says what is wrong with it, offline: no secret is looked up, and no SDK loaded. */
import { pathToFileURL } from "node:url";
import type { Locate } from "../../generator/annotation/locate.ts";
import type { Finding, Position } from "../../generator/errors.ts";
import type { EffectsDefinition } from "./config.ts";
import { isDeclaration } from "./define.ts";
import { findingOf, missingDefault, notAHandler, unknownKeys } from "./issues.ts";
import { slots } from "./settings.ts";

export interface EffectsFile {
  /** Null where there are findings. */
  definition: EffectsDefinition | null;
  findings: Finding[];
  /** Without the text of the lines: one of them may hold a secret that doesn't belong there. */
  locate: Locate;
}

export async function readEffects(path: string): Promise<EffectsFile> {
  const imported = await importFile(path);
  const findings = "finding" in imported ? [imported.finding] : effectsFindings(imported.definition);
  const known = "finding" in imported ? imported.position : undefined;
  const { locator } = await import("../../generator/annotation/locate.ts");
  const locate = locator(path);
  return {
    definition:
      "finding" in imported || findings.length > 0 ? null : (imported.definition as EffectsDefinition),
    findings,
    locate: (at, kind) => ({ ...(known ?? locate(at, kind)), text: "" }),
  };
}

/** What is wrong with the file, without a look at the environment. */
export function effectsFindings(definition: unknown): Finding[] {
  const findings = unknownKeys(definition);
  for (const [name, declaration] of declared(definition)) {
    if (!isDeclaration(declaration)) {
      findings.push(notAHandler(name));
      continue;
    }
    const issues = declaration.shape(slots(null)).safeParse(declaration.settings).error?.issues ?? [];
    findings.push(...issues.flatMap((issue) => findingOf(issue, name, declaration)));
  }
  return findings;
}

let loads = 0;

type Imported = { definition: unknown } | { finding: Finding; position?: Position };

async function importFile(path: string): Promise<Imported> {
  try {
    const { default: definition } = await import(`${pathToFileURL(path).href}?load=${++loads}`);
    return definition === undefined ? { finding: missingDefault() } : { definition };
  } catch (error) {
    const { explainImportFailure } = await import("../../generator/annotation/load-failure.ts");
    return explainImportFailure(path, error);
  }
}

function declared(definition: unknown): [string, unknown][] {
  const handlers = (definition as { handlers?: unknown } | null | undefined)?.handlers;
  return typeof handlers === "object" && handlers !== null ? Object.entries(handlers) : [];
}
