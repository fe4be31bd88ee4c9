/** What is wrong with lethe.effects.ts, in words. No value of a setting is repeated: it may be a secret. */
import type { z } from "zod";
import { nearest } from "../../generator/annotation/nearest.ts";
import { type Finding, UsageError } from "../../generator/errors.ts";
import { type HandlerDeclaration, limitsShape } from "./define.ts";
import { type EnvIssue, slots } from "./settings.ts";

type Issue = z.core.$ZodIssue;

const FACTORIES =
  "vercelBlob(…), s3(…), polar(…), posthog(…), loops(…), stripe(…), mail(…), webhook(…), jobs(…) or defineHandler({…})";

function finding(code: string, path: (string | number)[], message: string, remedy: string): Finding {
  return { code, level: "error", subject: path.join(".") || "the default export", message, remedy, path };
}

export function missingDefault(): Finding {
  return finding(
    "L000",
    [],
    "the file has no default export",
    "export default defineEffects({ handlers: { … } })",
  );
}

/** At the top: `handlers`, and nothing else. */
export function unknownKeys(definition: unknown): Finding[] {
  if (typeof definition !== "object" || definition === null) {
    return [
      finding(
        "L003",
        [],
        "the default export isn't an object",
        "export default defineEffects({ handlers: { … } })",
      ),
    ];
  }
  const findings = Object.keys(definition)
    .filter((key) => key !== "handlers")
    .map((key) =>
      finding("L001", [key], `\`${key}\` is not known in defineEffects({…})`, remedyFor(key, ["handlers"])),
    );
  const { handlers } = definition as { handlers?: unknown };
  if (handlers === undefined) {
    findings.push(finding("L002", [], "`handlers` is missing in defineEffects({…})", "add handlers: { … }"));
  } else if (typeof handlers !== "object" || handlers === null || Array.isArray(handlers)) {
    findings.push(
      finding("L003", ["handlers"], "`handlers` isn't an object", "write { name: handler({ … }) }"),
    );
  }
  return findings;
}

export function notAHandler(name: string): Finding {
  return finding("L003", ["handlers", name], `\`${name}\` isn't a handler`, `write one of ${FACTORIES}`);
}

export function findingOf(issue: Issue, name: string, declaration: HandlerDeclaration): Finding[] {
  const at = ["handlers", name, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))];
  const setting =
    issue.path.length === 0 ? `the settings of \`${name}\`` : `\`${issue.path.map(String).join(".")}\``;
  const where = `in the ${declaration.kind} handler \`${name}\``;
  if (issue.code === "unrecognized_keys") {
    const known = issue.path.length === 0 ? keysOf(declaration) : [];
    return issue.keys.map((key) =>
      finding("L001", [...at, key], `\`${key}\` is not known ${where}`, remedyFor(key, known)),
    );
  }
  if (isSecret(issue)) {
    return isAbsent(issue, declaration)
      ? [finding("L002", at, `${setting} is missing ${where}`, 'add it from the environment: env("NAME")')]
      : [
          finding(
            "L003",
            at,
            `${setting} is a secret, and stands in the file ${where}`,
            'write env("NAME"), and change the secret if it was ever committed',
          ),
        ];
  }
  if (isAbsent(issue, declaration)) return [finding("L002", at, `${setting} is missing ${where}`, "add it")];
  return [finding("L003", at, `${setting} ${where}: ${issue.message}`, "correct it")];
}

/** Everything that the environment lacks, at once. */
export function environmentComplaint(
  checked: { name: string; error?: z.ZodError | undefined }[],
): UsageError | undefined {
  const seen = checked.flatMap(({ name, error }) =>
    (error?.issues ?? []).map((issue) => {
      const { env, problem } = (issue.code === "custom" ? issue.params : undefined) as unknown as EnvIssue;
      return { env, problem, where: [name, ...issue.path.map(String)].join(".") };
    }),
  );
  if (seen.length === 0) return undefined;
  const lines = seen.map(
    ({ env, problem, where }) => `${env} ${problem === "missing" ? "is missing" : "doesn't fit"} (${where})`,
  );
  return new UsageError(
    `the environment lacks what lethe.effects.ts asks for: ${[...new Set(lines)].join(", ")}`,
    "set the variables for the worker's process",
  );
}

function isSecret(issue: Issue): boolean {
  return issue.code === "custom" && issue.params?.secret === true;
}

function isAbsent(issue: Issue, { settings }: HandlerDeclaration): boolean {
  let value: unknown = settings;
  for (const key of issue.path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return value === undefined;
}

function keysOf(declaration: HandlerDeclaration): string[] {
  const shape = declaration.shape(slots(null)) as z.ZodObject;
  return Object.keys(shape.shape ?? limitsShape);
}

function remedyFor(key: string, known: string[]): string {
  const near = nearest(key, known);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  return known.length === 0 ? "remove it" : `remove it; known here: ${known.join(", ")}`;
}
