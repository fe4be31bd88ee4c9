/** Effects of rows without an owner: written by the statement that erases them, for only there it is known that they go. */
import type { Strategy } from "../annotation/model.ts";
import type { EffectPlan, EffectSource } from "../plan/effects.ts";
import type { Operation, Plan } from "../plan/model.ts";
import { isOrphaned } from "../plan/referenced-by.ts";
import { conditions, hold, insertEffects } from "./effects.ts";
import { allOf, leftOver } from "./operation.ts";
import { isLast, whoseOrphans } from "./orphans.ts";
import { byVariable } from "./owner.ts";
import { column, indent, table } from "./text.ts";

/** Parts of a WITH. They see what the statement sees, so that a row is told exactly if it is erased. */
export function toldWith(plan: Plan, strategy: Strategy, operation: Operation): string[] {
  return plan.effects
    .filter((effect) => effect.at === "execute")
    .flatMap((effect) =>
      effect.sources
        .filter((source) => feeds(source, strategy, operation))
        .map((source) => told(plan, effect, source, operation)),
    )
    .map((sql, index) => `told_${index + 1} as (\n${indent(sql, 2)}\n)`);
}

function feeds({ arms, column: fed, strategies, table: of }: EffectSource, under: Strategy, each: Operation) {
  if (of.name !== each.table.name || !(strategies?.includes(under) ?? true)) return false;
  if (arms?.some((arm) => same(arm.rows, each.rows)) !== true) return false;
  return fed === null || each.action === "delete" || each.changes.some((change) => change.column === fed);
}

/** Who points there under which strategy is resolved for the operation alone. */
function same(left: Operation["rows"], right: Operation["rows"]): boolean {
  const text = (rows: Operation["rows"]) =>
    isOrphaned(rows) &&
    JSON.stringify([rows.owner.child, rows.owner.columns, rows.where?.trim(), rows.option]);
  return isOrphaned(left) && text(left) === text(right);
}

function told(plan: Plan, effect: EffectPlan, source: EffectSource, operation: Operation): string {
  if (!isLast(operation)) throw new Error("only rows that nothing points at are told of as they go");
  const { references } = operation.rows.owner;
  const keys = references.map((name) => column(name));
  const itself: EffectSource = { ...source, ownRow: true, strategies: null };
  const found = references.map((name, index) => `w.key_${index + 1} = ${column(name)}`);
  const where = [...leftOver(operation, plan.key, byVariable, source.column), ...conditions(effect, itself)];
  return insertEffects(effect, itself, {
    // Of several people that leave together one says it.
    distinct: keys,
    from: [
      `from ${table(operation.table)} t`,
      `join (\n${indent(whoseOrphans(operation, byVariable), 2)}\n) w on ${found.join(" and ")}`,
      "join lethe.deletion_request r on r.id = w.request_id",
    ],
    where: `${allOf(where)}\norder by ${[...keys, "r.id"].join(", ")}`,
  });
}

/** Those of them that come after others wait, as the ones that were written before. */
export function holdTold(plan: Plan, strategy: Strategy, operations: Operation[]): string[] {
  const told = operations.filter(isLast).some((each) => toldWith(plan, strategy, each).length > 0);
  if (!told || plan.effects.every((effect) => effect.after.length === 0)) return [];
  const requests = "select distinct o.request_id from lethe.orphan o where o.subject_id = any (subjects)";
  return [hold(`array(\n${indent(requests, 2)}\n)`), ""];
}
