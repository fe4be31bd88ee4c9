/** What `lethe check` says of lethe.effects.ts, beside what it says of the annotation: offline, without secrets. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Locate } from "../../generator/annotation/locate.ts";
import type { AnnotationPath } from "../../generator/annotation/model.ts";
import { nearest } from "../../generator/annotation/nearest.ts";
import { type Finding, UsageError } from "../../generator/errors.ts";
import type { Inspected } from "../../generator/pipeline.ts";
import { BUILT_IN } from "./config.ts";
import { readEffects } from "./file.ts";
import { payloadFindings } from "./payload-findings.ts";

type Found = Pick<Inspected, "findings" | "locate">;

/**
 * @param file the effects file; `required` where somebody named it
 * @throws UsageError where it is required and isn't there
 */
export async function withEffects(inspected: Inspected, file: string, required: boolean): Promise<Found> {
  const path = resolve(file);
  if (!existsSync(path)) {
    if (required) throw new UsageError(`there is no effects file ${file}`, "name it with --effects");
    return { ...inspected, findings: [...inspected.findings, ...undefinedHandlers(inspected, null)] };
  }
  const { definition, findings, locate } = await readEffects(path);
  const ofAnnotation =
    definition === null
      ? []
      : [
          ...undefinedHandlers(inspected, Object.keys(definition.handlers)),
          ...payloadFindings(inspected.plan?.effects ?? [], definition.handlers),
        ];
  return {
    findings: [...inspected.findings, ...findings, ...ofAnnotation],
    locate: together(inspected.locate, new Set(findings.map((finding) => finding.path)), locate),
  };
}

/** Each finding knows its file by its path, the very object. */
function together(annotation: Locate, inEffects: Set<AnnotationPath>, effects: Locate): Locate {
  return (path, at) => (inEffects.has(path) ? effects(path, at) : annotation(path, at));
}

/** @param names null where there is no file: it may stand in the worker's own repository */
function undefinedHandlers({ annotation }: Inspected, names: string[] | null): Finding[] {
  const known = [...(names ?? []), ...Object.keys(BUILT_IN)];
  return Object.entries(annotation?.effects ?? {})
    .filter(([, { handler }]) => !known.includes(handler))
    .map(([name, { handler }]) => {
      const near = nearest(handler, known);
      return {
        code: "L081",
        level: names === null ? "warning" : "error",
        subject: `effects.${name}`,
        message:
          names === null
            ? `there is no lethe.effects.ts that defines the handler \`${handler}\`: the worker leaves its effects waiting`
            : `lethe.effects.ts defines no handler \`${handler}\`: its effects would wait for ever`,
        remedy:
          near === undefined
            ? `add it there: handlers: { ${handler}: webhook({ … }) }, or another one`
            : `did you mean \`${near}\`?`,
        path: ["effects", name, "handler"],
      };
    });
}
