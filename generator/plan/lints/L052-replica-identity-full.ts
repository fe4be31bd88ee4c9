/** L052: with REPLICA IDENTITY FULL the erasure itself writes every old value into the replication stream. */
import { qualified } from "../../quote.ts";
import { report } from "../context.ts";
import type { Lint } from "./index.ts";
import { decisionOf, partitionsOf } from "./support/names.ts";
import { erasedTables } from "./support/personal.ts";

export const replicaIdentityFull: Lint = (plan, context) => {
  for (const decided of erasedTables(plan, context).values()) {
    for (const table of [decided, ...partitionsOf(context, decided)]) {
      if (table.replicaIdentity !== "full") continue;
      report(context, {
        code: "L052",
        level: "warning",
        subject: table.name,
        message:
          "with REPLICA IDENTITY FULL an erasure sends every old value of the row to whoever decodes the log (subscribers, change data capture), which may store them",
        remedy: `alter table ${qualified(table.schema, table.table)} replica identity default; or see to it that readers of the log drop old values`,
        path: decisionOf(context, decided)?.path ?? ["tables"],
      });
    }
  }
};
