/** Builders for work outside the database. */
import { literal } from "../../quote.ts";
import type { EffectInput } from "../input.ts";
import type { Sql } from "../model.ts";
import { merge } from "./merge.ts";

/**
 * Work that is done outside the database, by a handler of `lethe.effects.ts`. A plain object does as well.
 * @example effects: { billing: effect({ handler: "polar", payload: { externalId: "t.id" } }) }
 */
export function effect(input: EffectInput): EffectInput {
  return merge({}, input);
}

export interface JobsInput
  extends Pick<EffectInput, "at" | "where" | "when" | "unless" | "after" | "required" | "strategies"> {
  /** Only jobs of these tasks. */
  tasks?: string[];
  /** Jobs with this key: SQL over `t`. */
  key?: Sql;
  /** Jobs whose payload holds these values, each an SQL expression over `t`. */
  payload?: Record<string, Sql>;
}

/**
 * Removes a person's own jobs that still wait in graphile-worker, so that nothing acts for somebody who has left. Where a
 * value is NULL nothing is removed.
 * @example pendingJobs: jobs({ key: "'user:' || t.id" })
 * @example pendingMails: jobs({ tasks: ["send_mail"], payload: { userId: "t.id" } })
 */
export function jobs(input: JobsInput): EffectInput {
  if (typeof input !== "object" || input === null) return merge({ handler: "jobs" }, input);
  const { tasks, key, payload, where, ...rest } = input;
  const values = typeof payload === "object" && payload !== null ? Object.entries(payload) : [];
  // A missing value would match everybody's jobs.
  const given = [...(key === undefined ? [] : [key]), ...values.map(([, sql]) => sql)];
  const conditions = [...(where === undefined ? [] : [where]), ...given.map((sql) => `(${sql}) is not null`)];
  const pairs = values.map(([name, sql]) => `${literal(name)}, ${sql}`).join(", ");
  return {
    at: "schedule",
    ...rest,
    handler: "jobs",
    ...(conditions.length === 0
      ? {}
      : {
          where:
            conditions.length === 1 ? conditions[0] : conditions.map((each) => `(${each})`).join(" and "),
        }),
    payload: {
      ...(tasks === undefined ? {} : { tasks: `${literal(JSON.stringify(tasks))}::jsonb` }),
      ...(key === undefined ? {} : { key }),
      ...(values.length === 0 ? {} : { payload: `jsonb_build_object(${pairs})` }),
    },
  };
}
