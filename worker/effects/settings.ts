/**
 * The settings of a handler as an author writes them: secrets come from the environment, and what differs between
 * machines may. The same shapes check the file offline, and fill in the values when the worker starts.
 */
import { z } from "zod";

/** Stands for a variable of the environment: see env(). */
export interface EnvReference {
  readonly env: string;
}

const brand = Symbol.for("pg-lethe.env");

/**
 * The value of an environment variable, read when the worker starts. Secrets can be given in no other way.
 *
 * @example polar({ accessToken: env("POLAR_ACCESS_TOKEN") })
 */
export function env(name: string): EnvReference {
  return Object.freeze({ env: name, [brand]: true });
}

export function isEnv(value: unknown): value is EnvReference {
  return typeof value === "object" && value !== null && brand in value;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The two kinds of setting that may come from the environment. */
export interface Slots {
  /** Only env("NAME"). */
  secret(): z.ZodType<string, EnvReference>;
  /** A text that fits `shape`, or env("NAME"). */
  text(shape?: z.ZodType<string, string>): z.ZodType<string, string | EnvReference>;
}

/** How an issue says that it is about the environment rather than about the file. */
export interface EnvIssue {
  env: string;
  problem: "missing" | "unfit";
}

/** `environment` null: the file is checked, and the variables aren't looked up. */
export function slots(environment: Environment | null): Slots {
  const lookUp = (
    reference: EnvReference,
    shape: z.ZodType<string, string>,
    context: z.RefinementCtx,
  ): string => {
    const complain = (problem: EnvIssue["problem"]): never => {
      context.addIssue({ code: "custom", message: problem, params: { env: reference.env, problem } });
      return z.NEVER;
    };
    if (environment === null) return "";
    const value = environment[reference.env];
    if (value === undefined || value === "") return complain("missing");
    return shape.safeParse(value).success ? value : complain("unfit");
  };
  const reference = z.custom<EnvReference>((value) => isEnv(value) && isName(value.env), {
    error: (issue) =>
      isEnv(issue.input) ? "env(…) takes the name of a variable" : 'a secret: write env("NAME")',
    params: { secret: true },
  });
  return {
    secret: () => reference.transform((value, context) => lookUp(value, z.string(), context)),
    text: (shape = z.string().min(1)) =>
      z
        .custom<string | EnvReference>(
          (value) => (isEnv(value) ? isName(value.env) : shape.safeParse(value).success),
          {
            error: (issue) =>
              isEnv(issue.input) ? "env(…) takes the name of a variable" : messageOf(shape, issue.input),
          },
        )
        .transform((value, context) => (isEnv(value) ? lookUp(value, shape, context) : value)),
  };
}

const isName = (name: unknown): boolean => typeof name === "string" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

function messageOf(shape: z.ZodType, value: unknown): string {
  return shape.safeParse(value).error?.issues[0]?.message ?? "doesn't fit";
}
