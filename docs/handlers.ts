/** Fills docs/handlers.md: what each handler takes, read from the shapes that check it. */
import type { z } from "zod";
import type { HandlerDeclaration } from "../worker/effects/define.ts";
import * as factories from "../worker/effects/handlers/index.ts";
import { slots } from "../worker/effects/settings.ts";

type Factory = (settings: never) => HandlerDeclaration;
type Fields = [name: string, shape: z.ZodType][];

const LIMITS = ["concurrency", "rate", "timeoutMs"];

/** The page with its marked parts written anew. @throws where a handler has no part, or a part no handler */
export function withHandlerReference(page: string): string {
  const left = new Map(Object.entries(factories as unknown as Record<string, Factory>));
  const filled = page.replace(
    /^(<!-- handler: (\w+) -->\n)[\s\S]*?^(<!-- \/handler -->)$/gm,
    (_, begin: string, name: string, end: string) => {
      const factory = left.get(name);
      if (factory === undefined) throw new Error(`docs/handlers.md: there is no handler ${name}`);
      left.delete(name);
      return `${begin}${reference(factory({} as never))}\n${end}`;
    },
  );
  if (left.size > 0) throw new Error(`docs/handlers.md has no part for ${[...left.keys()].join(", ")}`);
  return filled;
}

function reference({ about, sdk, shape, payload }: HandlerDeclaration): string {
  const settings = fieldsOf(shape(slots(null))).filter(([field]) => !LIMITS.includes(field));
  const parts = [
    about,
    sdk === undefined ? undefined : `\`npm install ${sdk}\``,
    settings.length === 0 ? undefined : table("setting", settings),
    payload.description === undefined ? undefined : `The payload: ${payload.description}.`,
    table("payload", fieldsOf(payload)),
  ];
  return parts.filter((part) => part !== undefined).join("\n\n");
}

/** A shape with conditions of its own, such as that of jobs(), still has its fields. */
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
