/** OpenTelemetry: counters of what happened to requests, how far behind the worker is, and spans around its work. */
import {
  type Attributes,
  type Meter,
  metrics,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { factsOf } from "./errors.ts";

const NAME = "pg-lethe";

/** Events of the log that are counted, by the name of their counter. */
const COUNTED = [
  "scheduled",
  "cancelled",
  "executed",
  "failed",
  "blocked",
  "completed",
  "purged",
  "residue_found",
  "dead_letter",
] as const;

export interface Telemetry {
  /** Adds to `lethe.deletions.<event>`; events without a counter are left out. */
  count(event: string, count: number, attributes: Attributes): void;
  /** Sets `lethe.deletions.lag`, in seconds. */
  lag(seconds: number, attributes: Attributes): void;
  /** Sets `lethe.drift`, the number of differences. */
  drift(differences: number, attributes: Attributes): void;
  /** Adds to `lethe.retained.purged`, the number of rows. */
  purged(rows: number, attributes: Attributes): void;
  /** Sets `lethe.retained.rows`. */
  retained(rows: number, attributes: Attributes): void;
  /** Counts a delivery, and how long it took. */
  delivered(seconds: number, attributes: Attributes): void;
  /** Sets `lethe.effects.breaker` to 1 while a handler's service isn't called. */
  breaker(open: boolean, attributes: Attributes): void;
  /** Sets `lethe.effects`, the number of effects in a state. */
  effects(count: number, attributes: Attributes): void;
  /** Sets `lethe.effects.failing`, the number of effects that were tried in vain and are tried again. */
  effectsFailing(count: number, attributes: Attributes): void;
  /** Sets `lethe.effects.lag`, in seconds. */
  effectsLag(seconds: number, attributes: Attributes): void;
  /** Runs the work in a span; an error leaves its code there, never its message. */
  span<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T>;
}

/** Without an SDK registered the API does nothing, at no cost. Register the SDK before the worker starts. */
export function createTelemetry(
  meter: Meter = metrics.getMeter(NAME),
  tracer: Tracer = trace.getTracer(NAME),
): Telemetry {
  const counters = new Map<string, ReturnType<Meter["createCounter"]>>(
    COUNTED.map((event) => [
      event,
      meter.createCounter(`lethe.deletions.${event}`, {
        description: `Deletion requests: ${event}`,
        unit: "{request}",
      }),
    ]),
  );
  const lag = meter.createGauge("lethe.deletions.lag", {
    description: "How far the worker is behind the oldest due request",
    unit: "s",
  });
  const drift = meter.createGauge("lethe.drift", {
    description: "Differences between the database and the annotation, by severity",
    unit: "{difference}",
  });
  const purged = meter.createCounter("lethe.retained.purged", {
    description: "Rows deleted when their time of retention was over",
    unit: "{row}",
  });
  const retained = meter.createGauge("lethe.retained.rows", {
    description: "Rows of erased people that are kept on a legal basis, by table",
    unit: "{row}",
  });
  const effects = meter.createGauge("lethe.effects", {
    description: "Effects, by handler and state",
    unit: "{effect}",
  });
  const effectsLag = meter.createGauge("lethe.effects.lag", {
    description: "How long the first due effect has waited for a worker, by handler",
    unit: "s",
  });
  const effectsFailing = meter.createGauge("lethe.effects.failing", {
    description: "Effects that were tried in vain and are tried again, by handler",
    unit: "{effect}",
  });
  const delivered = meter.createCounter("lethe.effects.deliveries", {
    description: "Deliveries of effects, by handler and by how they ended",
    unit: "{delivery}",
  });
  const duration = meter.createHistogram("lethe.effects.duration", {
    description: "How long deliveries took, the handler's queue included",
    unit: "s",
  });
  const breaker = meter.createGauge("lethe.effects.breaker", {
    description: "1 while a handler's service isn't called, because it failed or asked for a pause",
  });
  return {
    delivered(seconds, attributes) {
      delivered.add(1, attributes);
      duration.record(seconds, attributes);
    },
    breaker: (open, attributes) => breaker.record(open ? 1 : 0, attributes),
    effectsFailing: (count, attributes) => effectsFailing.record(count, attributes),
    effectsLag: (seconds, attributes) => effectsLag.record(seconds, attributes),
    effects: (count, attributes) => effects.record(count, attributes),
    purged: (rows, attributes) => purged.add(rows, attributes),
    retained: (rows, attributes) => retained.record(rows, attributes),
    count: (event, count, attributes) => counters.get(event)?.add(count, attributes),
    drift: (differences, attributes) => drift.record(differences, attributes),
    lag: (seconds, attributes) => lag.record(seconds, attributes),
    span: (name, attributes, work) =>
      tracer.startActiveSpan(name, { attributes }, async (span) => {
        try {
          return await work(span);
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: factsOf(error).code });
          throw error;
        } finally {
          span.end();
        }
      }),
  };
}
