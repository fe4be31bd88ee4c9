/** The worker purges each day what was kept for a time: rows, a log line with a count, a counter and a gauge. */
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { runOnce } from "graphile-worker";
import { expect, test } from "vitest";
import { letheCronItems, letheTasks } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { erase, newPerson } from "../../support/scenario.ts";
import { collectLog } from "./support.ts";

const db = useDatabase("reference");

async function purge() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const { log, text } = collectLog();
  await db.sql`select graphile_worker.add_job('lethe_purge')`;
  await runOnce({
    connectionString: db.url,
    taskList: letheTasks({ role: "app_worker", logger: log, meter: provider.getMeter("test") }),
  });
  await reader.forceFlush();
  const points = exporter
    .getMetrics()
    .flatMap((each) => each.scopeMetrics.flatMap((scope) => scope.metrics))
    .flatMap((metric) =>
      metric.dataPoints.map((point): [string, number] => [
        [metric.descriptor.name, point.attributes["lethe.table"]].filter(Boolean).join(" "),
        Number(point.value),
      ]),
    );
  await provider.shutdown();
  return { lines: text(), metrics: Object.fromEntries(points) };
}

test("what is over goes, what isn't is counted", async () => {
  const person = await newPerson(db.sql);
  await db.sql`
    insert into invoices (user_id, billing_name, billing_address, amount_cents, issued_at)
    select ${person}, 'Ada', 'Street 1', 100, now() - interval '1 year' * y from unnest(array[1, 2, 8]) y
  `;
  await erase(db.sql, person, { strategy: "hard_delete" });
  const { lines, metrics } = await purge();
  expect(metrics).toMatchObject({ "lethe.retained.purged": 1, "lethe.retained.rows public.invoices": 2 });
  expect(lines).toContain('"rows":1');
  expect(lines).not.toContain("Ada");
  expect(await db.sql`select from invoices`).toHaveLength(2);
  expect((await purge()).metrics).toMatchObject({ "lethe.retained.purged": 0 });
});

test("each day at half past three", () => {
  expect(letheCronItems().find(({ task }) => task === "lethe_purge")?.match).toBe("30 3 * * *");
});
