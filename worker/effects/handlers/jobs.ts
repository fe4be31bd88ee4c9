/** In-flight work: takes a person's own waiting jobs out of graphile-worker, so that nothing acts for who has left. */
import type postgres from "postgres";
import { z } from "zod";
import { type HandlerDeclaration, handlerKind } from "../define.ts";
import { type HandlerContext, type Limits, type Outcome, PassingFailure } from "../handler.ts";
import { type Match, removeJobs } from "./jobs-removal.ts";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const payload = z
  .strictObject({
    tasks: z.array(z.string().min(1)).min(1).optional().describe("only jobs of these tasks"),
    key: z
      .union([z.string(), z.int().transform(String)])
      .nullish()
      .describe("the job's key"),
    payload: z
      .record(z.string(), z.json())
      .refine(names, "names nobody: a text or a number is needed somewhere in it")
      .optional()
      .describe("what the job's payload contains, as `@>` compares"),
  })
  .refine(
    ({ key, payload: part }) => key !== undefined || part !== undefined,
    "give a key or a payload: a task alone is everybody's",
  );

const kind = handlerKind({
  kind: "jobs",
  about:
    "Removes a person's own waiting jobs from graphile-worker, so that nothing acts for somebody who has left.",
  settings: () => ({}),
  payload,
  async open() {
    const { default: connect } = await import("postgres");
    let sql: postgres.Sql | undefined;
    let workerSchema = "";
    return {
      start(context: HandlerContext) {
        workerSchema = context.workerSchema;
        sql = connect(context.connectionString, {
          max: 1,
          idle_timeout: 20,
          connect_timeout: 10,
          onnotice: () => {},
          connection: { application_name: "lethe_jobs" },
        });
      },
      async close() {
        await sql?.end({ timeout: 1 });
      },
      async deliver({ tasks, key, payload: part }, { signal }): Promise<Outcome> {
        // NULL in the annotation's expression names nobody, and would match what is everybody's.
        if (key === null || key === "" || hasNull(part)) {
          return { state: "skipped", receipt: { reason: "no_value" } };
        }
        if (sql === undefined) throw new PassingFailure("no_worker");
        const match: Match = { tasks, key, payload: part };
        const { removed, running } = await removeJobs(sql, workerSchema, match, signal);
        // They can't be stopped from here; one that fails would come back, and is removed then.
        if (running > 0) throw new PassingFailure("jobs_running");
        return { state: removed > 0 ? "done" : "skipped", receipt: { removed } };
      },
    };
  },
});

/** It needs no settings: the worker that runs it lends its database. Without an entry in the file it is there as `jobs`. */
export const jobs = (limits: Limits = {}): HandlerDeclaration => kind(limits as Parameters<typeof kind>[0]);

function names(value: Json): boolean {
  if (typeof value === "string") return value !== "";
  if (typeof value === "object") return value !== null && Object.values(value).some(names);
  return typeof value === "number";
}

function hasNull(value: Json | undefined): boolean {
  if (value === null) return true;
  return typeof value === "object" && Object.values(value).some(hasNull);
}
