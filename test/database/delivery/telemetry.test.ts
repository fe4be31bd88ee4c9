/** Metrics and spans of deliveries, and what a worker says of effects that it can't deliver. */
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { addEffects, deliverOnce, dueWithEffects, handler, runnerOf } from "./support.ts";

const db = useDatabase("reference");

function meters() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  return {
    meter: provider.getMeter("test"),
    shutdown: () => provider.shutdown(),
    /** `name handler state` → value, the count of a histogram. */
    async values(): Promise<Record<string, number>> {
      await reader.forceFlush();
      const metrics = exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics);
      return Object.fromEntries(
        (metrics ?? []).flatMap((metric) =>
          metric.dataPoints.map(({ attributes, value }): [string, number] => [
            [metric.descriptor.name, attributes["lethe.handler"], attributes["lethe.state"]]
              .filter(Boolean)
              .join(" "),
            typeof value === "number" ? value : value.count,
          ]),
        ),
      );
    },
  };
}

test("deliveries, what is left of them, and the breaker, by handler", async () => {
  const { meter, values, shutdown } = meters();
  const spans = new InMemorySpanExporter();
  const tracing = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const [request = ""] = await dueWithEffects(db.sql, 1, ["crm", "crm", "gone"]);
  await addEffects(db.sql, [request], ["down"], 4);
  let isDown = true;
  const handlers = {
    crm: handler(async () => {}),
    gone: handler(() => Promise.reject(Object.assign(new Error("mara@example.com"), { status: 404 }))),
    down: handler(async () => {
      if (isDown) throw Object.assign(new Error("mara@example.com"), { status: 500 });
    }),
  };
  const effects = runnerOf(handlers, { breaker: { failures: 4, pauseMs: 3_600_000 } });
  const options = { meter, tracer: tracing.getTracer("test") };
  const log = await deliverOnce(db.url, effects, options);
  expect(await values()).toMatchObject({
    "lethe.effects.deliveries crm done": 2,
    "lethe.effects.duration crm done": 2,
    "lethe.effects.deliveries gone failed": 1,
    "lethe.effects.deliveries down retry": 4,
    "lethe.effects.breaker crm": 0,
    "lethe.effects.breaker down": 1,
    "lethe.effects down pending": 4,
    "lethe.effects.failing down": 4,
    "lethe.effects.failing gone": 0,
    "lethe.effects gone failed": 1,
    "lethe.effects crm pending": 0,
    "lethe.effects.lag crm": 0,
  });
  const names = spans.getFinishedSpans().map(({ name }) => name);
  expect(names.filter((name) => name === "lethe.effect")).toHaveLength(7);
  expect(names).toContain("lethe.deliver");
  const told = JSON.stringify(
    spans
      .getFinishedSpans()
      .map(({ name, attributes, status, events }) => [name, attributes, status, events]),
  );
  expect(told + log).not.toContain("mara");

  // Once nothing is left, the gauges say so.
  isDown = false;
  await db.sql`update lethe.effect set next_attempt_at = now() where state = 'pending'`;
  await deliverOnce(db.url, runnerOf(handlers), options);
  expect(await values()).toMatchObject({
    "lethe.effects.deliveries down done": 4,
    "lethe.effects.breaker down": 0,
    "lethe.effects down pending": 0,
    "lethe.effects.failing down": 0,
  });
  await Promise.all([shutdown(), tracing.shutdown()]);
});

test("at its start a worker says which effects it can't deliver", async () => {
  await dueWithEffects(db.sql, 1, ["polar"]);
  expect(await deliverOnce(db.url, runnerOf({}))).toContain('"handlers":["polar"],"text":"effects wait');
  expect(await deliverOnce(db.url, runnerOf({ polar: handler(async () => {}) }))).not.toContain(
    "effects wait",
  );
});

test("payloads of effects that were never delivered are wiped each day", async () => {
  const [request = ""] = await dueWithEffects(db.sql, 1, ["never"]);
  await db.sql`
    update lethe.effect set created_at = now() - interval '1 year', deliver_after = now() - interval '1 year'
    where request_id = ${request}
  `;
  await db.sql`select graphile_worker.add_job('lethe_purge')`;
  expect(await deliverOnce(db.url, runnerOf({}))).toContain('"effects":1,"text":"wiped payloads');
  const [effect] = await db.sql`select state, payload from lethe.effect where request_id = ${request}`;
  expect(effect).toEqual({ state: "failed", payload: null });
});
