/** The rule that an owner's recipe stands for. */
import type { ColumnRule, Rows, Rule } from "../../../generator/annotation/model.ts";
import { at } from "./columns.ts";
import type { DrawnOwner } from "./draw.ts";
import type { Recipe } from "./recipe.ts";

const CLASSES: Rule["class"][] = [
  "content",
  "content",
  "content",
  "session",
  "credential",
  "mfa",
  "retain",
  "blocker",
];
const GHOST: Rows = { action: "reassign", to: { ghost: "gone" }, orElse: "error", onConflict: "delete" };
type Both = Rows | { anonymize?: Rows; hard_delete?: Rows } | undefined;
const ROWS: Both[] = [
  undefined,
  "delete",
  "detach",
  GHOST,
  { anonymize: "keep" },
  { anonymize: "delete" },
  { anonymize: "detach", hard_delete: "delete" },
  { hard_delete: "detach" },
  "cascade",
  undefined,
  { anonymize: "transform", hard_delete: GHOST },
  { anonymize: "keep", hard_delete: "keep" },
];

export function drawRule(
  recipe: Recipe,
  { recipe: drawn, owner }: DrawnOwner,
  columns: Record<string, ColumnRule>,
): Rule {
  const kind = at(CLASSES, drawn.class);
  const common = {
    owner,
    ...(drawn.where ? { where: "t.flag >= 1" } : {}),
    ...(drawn.option % 8 === 7 ? { when: "thorough" } : drawn.option % 8 === 6 ? { unless: "thorough" } : {}),
    ...(drawn.ownColumns ? { columns } : {}),
  };
  switch (kind) {
    case "session":
    case "mfa":
    case "credential":
      // Such rows are deleted, unless their columns are decided; half of the second kind's are.
      return { class: kind, ...common };
    case "retain":
      return { class: kind, ...common, for: "7 years", since: "noted", basis: "legal_obligation" };
    case "blocker":
      return {
        class: kind,
        ...common,
        message: "{count} rows",
        blocking: false,
        ...(drawn.rows % 2 === 0 ? {} : { otherwise: content(recipe, drawn.rows) }),
      };
    default:
      return { ...content(recipe, drawn.rows), ...common };
  }
}

function content(recipe: Recipe, rows: number): Rule {
  const said = at(ROWS, rows);
  return {
    class: "content",
    ...(said === undefined ? {} : { rows: said }),
    ...(recipe.steps ? { heavy: 1 } : {}),
  };
}
