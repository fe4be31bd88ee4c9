/** L021: the subject's row is to go, but rows that stay still point at it. */
import { type PlanContext, report } from "../context.ts";
import type { Plan } from "../model.ts";
import type { Lint } from "./index.ts";
import { coverOptions } from "./support/declared.ts";
import { annotationName, ownerBy } from "./support/names.ts";
import { blocks, columnsOf, type ReachedReference, reachedReferences } from "./support/references.ts";

const GONE = ["delete", "detach", "reassign"];

export const foreignKeyBlocks: Lint = (plan, context) => {
  for (const reached of reachedReferences(plan, context)) {
    const { removal, child, fk } = reached;
    if (removal.by !== null || child === removal.table || !blocks(fk)) continue;
    checkReference(plan, context, reached);
  }
};

function checkReference(
  plan: Plan,
  context: PlanContext,
  { child, fk, decision, rules, removal }: ReachedReference,
): void {
  const cleared = rules.filter((rule) => GONE.includes(rule.action.hard_delete));
  const staying = rules.find((rule) => !GONE.includes(rule.action.hard_delete));
  const subject = `${child.name}.${columnsOf(fk)}`;
  const blocked = `the foreign key ${fk.name} (on delete ${fk.onDelete}) then keeps the person's row in ${removal.table.name} from being deleted`;
  const owner = ownerBy(plan, context, fk);
  if (cleared.length === 0) {
    const path = staying?.path ?? decision.path;
    report(context, {
      code: "L021",
      subject,
      path,
      message: `${why(staying?.action.hard_delete)}: ${blocked}`,
      remedy: remedy(staying !== undefined, owner),
    });
  } else if (!coverOptions(cleared, null)) {
    const option = cleared[0]?.rows.option?.option;
    report(context, {
      code: "L021",
      subject,
      message: `rows stay under hard_delete for requests ${cleared[0]?.rows.option?.is ? "without" : "with"} the option ${option}: ${blocked}`,
      remedy: `add a rule for the other requests: content({ owner: ${owner}, ${cleared[0]?.rows.option?.is ? "unless" : "when"}: ${JSON.stringify(option)}, rows: "detach" })`,
      path: cleared[0]?.path ?? decision.path,
    });
  } else if (cleared.length === 1 && cleared[0]?.rows.where !== null) {
    report(context, {
      code: "L021",
      level: "warning",
      subject,
      message: `the rows that \`where\` leaves out stay under hard_delete: ${blocked}`,
      remedy: `add a rule for them in ${annotationName(context, child)}, or make sure that there are none`,
      path: cleared[0]?.path ?? decision.path,
    });
  }
}

function why(action: string | undefined): string {
  if (action === undefined) return "no rule names these rows under hard_delete";
  if (action === "cascade")
    return 'the rule leaves the rows to the foreign key (rows: "cascade"), which does not cascade';
  return "the rule keeps the rows under hard_delete";
}

function remedy(hasRule: boolean, owner: string): string {
  return hasRule
    ? 'write rows: { hard_delete: "delete" }, "detach" or reassign("…")'
    : `add a rule: content({ owner: ${owner}, rows: "delete" }), "detach" or reassign("…"); several rules go into table({ rules: [ … ] })`;
}
