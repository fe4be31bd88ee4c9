/** Metrics and spans: what other sessions did is counted once, over several workers. */
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
import { beforeAll, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { runWorker } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { despiteDrift } from "../../support/scenario.ts";
import { collectLog, schedule } from "./support.ts";

const db = useDatabase("reference");
beforeAll(() => seed(db.sql, { users: 20 }));

function meters() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  return {
    meter: provider.getMeter("test"),
    values: async (): Promise<Record<string, number>> => {
      await reader.forceFlush();
      const last = exporter.getMetrics().at(-1);
      const metrics = last?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      return Object.fromEntries(
        metrics.map((each) => [each.descriptor.name, Number(each.dataPoints[0]?.value)]),
      );
    },
    shutdown: () => provider.shutdown(),
  };
}

const options = { connectionString: "", role: "app_worker", once: true, logger: collectLog().log };

test("scheduled, cancelled, executed and failed are counted once over two workers; late commits as well", async () => {
  const [a, b] = [meters(), meters()];
  options.connectionString = db.url;

  await despiteDrift(db.sql);
  await db.sql.unsafe(`
    create function public.refuse() returns trigger language plpgsql as $$
    begin raise exception 'not %', old.email; end $$;
    create trigger refuse before update of email on public.users for each row
      when (old.id = '${userId(5)}') execute function public.refuse();
  `);

  // Begun before everything else, committed after both workers have counted once.
  const late = await db.connect();
  await late`begin`;
  await late`select lethe.schedule_deletion(${userId(8)}, grace => '1 day')`;

  await schedule(db.sql, userId(1), "1 day");
  await schedule(db.sql, userId(2), "1 day");
  await schedule(db.sql, userId(4));
  await schedule(db.sql, userId(5));
  await db.sql`select lethe.cancel_deletion(${userId(1)})`;

  await Promise.all([runWorker({ ...options, meter: a.meter }), runWorker({ ...options, meter: b.meter })]);
  await late`commit`;
  await runWorker({ ...options, meter: a.meter });
  await runWorker({ ...options, meter: b.meter });

  const [inA, inB] = [await a.values(), await b.values()];
  const sum = (name: string) => (inA[name] ?? 0) + (inB[name] ?? 0);
  expect({
    scheduled: sum("lethe.deletions.scheduled"),
    cancelled: sum("lethe.deletions.cancelled"),
    executed: sum("lethe.deletions.executed"),
    failed: sum("lethe.deletions.failed"),
  }).toEqual({ scheduled: 5, cancelled: 1, executed: 1, failed: 1 });
  expect(inA["lethe.deletions.lag"]).toBe(0);
  await Promise.all([a.shutdown(), b.shutdown()]);
});

test("lag is the age of the oldest request that waits for the worker alone", async () => {
  await db.sql`update lethe.deletion_request set next_attempt_at = now() + interval '1 hour' where attempts > 0`;
  const request = await schedule(db.sql, userId(10));
  await db.sql`update lethe.deletion_request set scheduled_for = now() - interval '90 seconds' where id = ${request}`;
  // Held by somebody: the sweep leaves it, and says how late it is.
  const holder = await db.connect();
  await holder`begin`;
  await holder`select from lethe.deletion_request where id = ${request} for update`;
  const { meter, values, shutdown } = meters();
  await runWorker({ ...options, meter });
  await holder`rollback`;
  const lag = (await values())["lethe.deletions.lag"];
  expect(lag).toBeGreaterThanOrEqual(90);
  expect(lag).toBeLessThan(120);

  // Blocked requests wait for people, not for the worker.
  await db.sql`update lethe.deletion_request set blocked_at = now() where id = ${request}`;
  const [row] = await db.sql`select lethe.lag() as lag`;
  expect(row?.lag).toBe(0);
  await shutdown();
});

test("spans around sweep and batch, with a code and no message where it fails", async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  await runWorker({ ...options, tracer: provider.getTracer("test") });
  const names = exporter.getFinishedSpans().map((span) => span.name);
  expect(names).toContain("lethe.batch");
  expect(names).toContain("lethe.sweep");
  await provider.shutdown();
});
