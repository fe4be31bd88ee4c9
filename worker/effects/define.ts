/** How a kind of handler is declared: its settings, its payload, its SDK, and how it delivers. */
import { z } from "zod";
import type { Handler, Limits } from "./handler.ts";
import { type MainFields, payloadShape } from "./payload-names.ts";
import type { Slots } from "./settings.ts";

const brand = Symbol.for("pg-lethe.handler");

/** What a factory such as polar({…}) returns: nothing is loaded or looked up before the worker starts. */
export interface HandlerDeclaration {
  readonly kind: string;
  /** As the author wrote them. */
  readonly settings: unknown;
  /** The shape of the settings. */
  shape(slots: Slots): z.ZodType;
  /** The shape of the annotation's payload. */
  readonly payload: z.ZodType;
  /** Fields of the payload of which one at least must be there; undefined where any names will do. */
  readonly mainFields: MainFields | undefined;
  /** What it does, for the documentation. */
  readonly about: string | undefined;
  /** The npm package of the official SDK. */
  readonly sdk: string | undefined;
  /** `settings`: checked, with the values of the environment. */
  open(settings: unknown): Promise<Handler>;
}

export const limitsShape = {
  concurrency: z.int().positive().optional(),
  rate: z.strictObject({ calls: z.int().positive(), perMs: z.int().positive() }).optional(),
  timeoutMs: z.int().positive().max(2_147_483_647).optional(),
};

interface Kind<Shape extends z.ZodRawShape, Payload> {
  kind: string;
  /** What it does, for the documentation. */
  about?: string;
  sdk?: string;
  /**
   * Fields of the payload of which one at least must be there, so that a name that was mistyped isn't taken for nothing to
   * do. The first is what the value of a column is, where a column names the effect; the second, what several are.
   */
  mainFields?: MainFields;
  settings(slots: Slots): Shape;
  payload: z.ZodType<Payload>;
  /** Loads the SDK and makes its client. */
  open(
    settings: z.output<z.ZodObject<Shape>>,
  ): Promise<Pick<Handler<Payload>, "deliver" | "start" | "close">>;
}

/** The factory that authors call. */
export function handlerKind<Shape extends z.ZodRawShape, Payload>(kind: Kind<Shape, Payload>) {
  return (settings: z.input<z.ZodObject<Shape>> & Limits): HandlerDeclaration =>
    declare({
      kind: kind.kind,
      settings,
      payload: kind.payload,
      mainFields: kind.mainFields,
      about: kind.about,
      sdk: kind.sdk,
      shape: (given) => z.strictObject({ ...kind.settings(given), ...limitsShape }),
      async open(checked) {
        const { concurrency, rate, timeoutMs } = checked as Limits;
        const opened = await kind.open(checked as z.output<z.ZodObject<Shape>>);
        const payload =
          kind.mainFields === undefined ? kind.payload : payloadShape(kind.mainFields, kind.payload);
        return { kind: kind.kind, payload, concurrency, rate, timeoutMs, ...opened } as Handler;
      },
    });
}

export interface OwnHandler<Payload> extends Limits {
  /** For logs and metrics. Default: `own`. */
  kind?: string;
  /** What the annotation's payload must look like. */
  payload: z.ZodType<Payload>;
  deliver: Handler<Payload>["deliver"];
  start?: Handler<Payload>["start"];
  close?: Handler<Payload>["close"];
}

/**
 * A handler of one's own. It may run more than once for one effect, and must do no harm then: pass
 * `delivery.idempotencyKey` on where the service takes one. Throw `PermanentFailure` where trying again can't help;
 * HTTP statuses on errors are understood, everything else is tried again.
 *
 * @example
 * defineHandler({
 *   payload: z.object({ accountId: z.string() }),
 *   deliver: async ({ accountId }, { idempotencyKey, signal }) => {
 *     await crm.delete(accountId, { idempotencyKey, signal });
 *     return { state: "done" };
 *   },
 * })
 */
export function defineHandler<Payload>(own: OwnHandler<Payload>): HandlerDeclaration {
  return declare({
    kind: own.kind ?? "own",
    settings: own,
    payload: own.payload,
    mainFields: undefined,
    about: undefined,
    sdk: undefined,
    shape: () =>
      z.strictObject({
        kind: z
          .string()
          .regex(/^[a-z][a-z0-9-]*$/)
          .optional(),
        payload: z.custom<z.ZodType>(
          (value) => value instanceof Object && "safeParse" in value,
          "expected a zod schema",
        ),
        deliver: functionShape,
        start: functionShape.optional(),
        close: functionShape.optional(),
        ...limitsShape,
      }),
    open: async () => ({ ...own, kind: own.kind ?? "own" }) as Handler,
  });
}

const functionShape = z.custom((value) => typeof value === "function", "expected a function");

export function isDeclaration(value: unknown): value is HandlerDeclaration {
  return typeof value === "object" && value !== null && brand in value;
}

function declare(declaration: HandlerDeclaration): HandlerDeclaration {
  return Object.freeze({ ...declaration, [brand]: true });
}
