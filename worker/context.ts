/** The options of the tasks, with their defaults filled in once. */
import type { Meter, Tracer } from "@opentelemetry/api";
import { UsageError } from "../generator/errors.ts";
import type { Runner } from "./effects/runner.ts";
import { createLog, type WorkerLog } from "./log.ts";
import { createTelemetry, type Telemetry } from "./telemetry.ts";

export interface LetheTaskOptions {
  /** Lethe's SQL schema. Default: `lethe`. The tasks are named for it: `lethe_sweep`, `lethe_drain`, `lethe_deliver`, … */
  schema?: string;
  /** The role to act as, one of `access.worker`. Default: the role that the worker connects as. */
  role?: string;
  /** How many people a transaction erases at most. Default: 500. */
  batch?: number;
  /**
   * After each batch and each step it rests so many times as long as that took; meanwhile the application has the database
   * to itself. 0: never. Default: 7.
   */
  rest?: number;
  /** How long one transaction's statement may take, in milliseconds. Default: 60,000. */
  statementTimeout?: number;
  /**
   * What delivers effects: `createRunner(await loadEffects("lethe.effects.ts"))` of pg-lethe/effects. Whoever made it
   * closes it. Default: nothing; effects wait for a worker that has one.
   */
  effects?: Runner;
  /** Default: JSON lines on standard output. */
  logger?: WorkerLog;
  /** Default: the meter `pg-lethe` of the globally registered provider. */
  meter?: Meter;
  /** Default: the tracer `pg-lethe` of the globally registered provider. */
  tracer?: Tracer;
  /** Aborted to make a running task stop after its current transaction. graphile-worker's own signal works as well. */
  signal?: AbortSignal;
}

export interface TaskContext {
  schema: string;
  role: string | undefined;
  batch: number;
  rest: number;
  statementTimeout: number;
  effects: Runner | undefined;
  log: WorkerLog;
  telemetry: Telemetry;
  signal: AbortSignal | undefined;
}

export const DEFAULT_SCHEMA = "lethe";

/** @throws UsageError where an option is out of range */
export function contextOf(options: LetheTaskOptions): TaskContext {
  const { schema = DEFAULT_SCHEMA, batch = 500, rest = 7, statementTimeout = 60_000 } = options;
  requireWhole("batch", batch);
  requireWhole("statementTimeout", statementTimeout);
  if (!(rest >= 0 && rest <= 1000))
    throw new UsageError("rest isn't a number from 0 to 1000", "leave it out to take the default");
  return {
    schema: plainName(schema),
    role: options.role,
    batch,
    rest,
    statementTimeout,
    effects: options.effects,
    log: options.logger ?? createLog(),
    telemetry: createTelemetry(options.meter, options.tracer),
    signal: options.signal,
  };
}

/** The generator takes plain names only for Lethe's schema, so that it never needs quotes. */
export function plainName(schema: string): string {
  if (/^[a-z_][a-z0-9_]*$/.test(schema)) return schema;
  throw new UsageError(
    "the name of Lethe's schema isn't a plain one",
    "give the schema of the annotation file, for instance lethe",
  );
}

export const sweepName = (schema: string): string => `${schema}_sweep`;
export const driftName = (schema: string): string => `${schema}_drift`;
export const purgeName = (schema: string): string => `${schema}_purge`;
export const deliverName = (schema: string): string => `${schema}_deliver`;
export const residueName = (schema: string): string => `${schema}_residue`;
export const drainName = (schema: string): string => `${schema}_drain`;

function requireWhole(name: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new UsageError(`${name} isn't a whole number above 0`, "leave it out to take the default");
}
