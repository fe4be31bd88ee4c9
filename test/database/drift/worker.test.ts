/** The worker tells of drift each day: counts in a log line and a gauge, no name of anybody. */
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { parseCronItems, runOnce } from "graphile-worker";
import { expect, test } from "vitest";
import { letheCronItems, letheTasks } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { collectLog } from "../worker/support.ts";

const db = useDatabase("reference");

async function look(): Promise<{ lines: string; gauge: Record<string, number> }> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const { log, text } = collectLog();
  await db.sql`select graphile_worker.add_job('lethe_drift')`;
  await runOnce({
    connectionString: db.url,
    taskList: letheTasks({ role: "app_worker", logger: log, meter: provider.getMeter("test") }),
  });
  await reader.forceFlush();
  const metric = exporter
    .getMetrics()
    .flatMap((each) => each.scopeMetrics.flatMap((scope) => scope.metrics))
    .find((each) => each.descriptor.name === "lethe.drift");
  await provider.shutdown();
  const points = (metric?.dataPoints ?? []).map((each): [string, number] => [
    String(each.attributes["lethe.severity"]),
    Number(each.value),
  ]);
  return { lines: text(), gauge: Object.fromEntries(points) };
}

test("0, then what there is, then 0", async () => {
  const before = await look();
  expect(before.gauge).toEqual({ error: 0, warn: 0 });
  expect(before.lines).toContain("no drift");

  await db.sql.unsafe(
    "alter table users add shoe_size integer; alter table users add hat_size integer; alter table sessions add color text",
  );
  const drifted = await look();
  expect(drifted.gauge).toEqual({ error: 2, warn: 1 });
  expect(drifted.lines).toContain('"errors":{"column":2},"warnings":{"column":1}');
  expect(drifted.lines).not.toContain("shoe_size");

  await db.sql.unsafe("alter table users drop shoe_size, drop hat_size; alter table sessions drop color");
  expect((await look()).gauge).toEqual({ error: 0, warn: 0 });
});

test("each day at four", () => {
  const item = letheCronItems().find(({ task }) => task === "lethe_drift");
  expect(item?.match).toBe("0 4 * * *");
  expect(parseCronItems(letheCronItems()).length).toBe(letheCronItems().length);
});
