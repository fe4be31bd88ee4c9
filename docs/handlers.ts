/** docs/handlers.md: what each handler takes, read from the shapes that check it. */
import type { z } from "zod";
import type { HandlerDeclaration } from "../worker/effects/define.ts";
import * as factories from "../worker/effects/handlers/index.ts";
import { slots } from "../worker/effects/settings.ts";

type Factory = (settings: never) => HandlerDeclaration;
type Fields = [name: string, shape: z.ZodType][];

const LIMITS = ["concurrency", "rate", "timeoutMs"];

export function handlerReference(): string {
  const sections = Object.entries(factories).map(([name, factory]) =>
    section(name, (factory as Factory)({} as never)),
  );
  return `# Handlers

What stands in \`lethe.effects.ts\`, and what the annotation's payload must give. How it all works is in
[effects.md](effects.md).

Settings marked *env* are secrets: they take \`env("NAME")\` and nothing else. Other texts take a text or \`env("NAME")\`.
Each handler also takes \`concurrency\` (deliveries at the same time in one worker; default: 4), \`rate\`
(\`{ calls, perMs }\`, at most) and \`timeoutMs\` (for one delivery; default: 30,000).

A payload value that is NULL means that there is nothing to do: the effect is skipped.

${sections.join("\n")}`;
}

function section(name: string, { about, sdk, shape, payload }: HandlerDeclaration): string {
  const settings = fieldsOf(shape(slots(null))).filter(([field]) => !LIMITS.includes(field));
  const install = sdk === undefined ? "Needs no package of its own." : `\`npm install ${sdk}\``;
  return `## ${name}

${about}

${install}

${table("setting", settings)}

${payload.description === undefined ? "" : `The payload: ${payload.description}.\n\n`}${table("payload", fieldsOf(payload))}
`;
}

const fieldsOf = (shape: z.ZodType): Fields => Object.entries((shape as z.ZodObject).shape) as Fields;

function table(title: string, fields: Fields): string {
  const rows = fields.map(([name, shape]) => {
    const marks = [...(isSecret(shape) ? ["*env*"] : []), ...(isRequired(shape) ? ["required"] : [])];
    return `| \`${name}\` | ${marks.join(", ")} | ${(shape.description ?? "").replaceAll("|", "\\|")} |`;
  });
  return [`| ${title} | | |`, "|---|---|---|", ...rows].join("\n");
}

const isRequired = (shape: z.ZodType): boolean => !shape.safeParse(undefined).success;

function isSecret(shape: z.ZodType): boolean {
  const [issue] = shape.safeParse("a text").error?.issues ?? [];
  return issue?.code === "custom" && issue.params?.secret === true;
}
