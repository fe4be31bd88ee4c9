/** L063: the list of a group and what its patterns match are not the same. */
import { isPattern } from "../../annotation/groups.ts";
import type { GroupAnnotation } from "../../annotation/model.ts";
import { type PlanContext, report } from "../context.ts";
import { isNamed, matcher, matchingGroup } from "../groups.ts";
import type { Lint } from "./index.ts";
import { annotationName, objectKey } from "./support/names.ts";

export const groupList: Lint = (_plan, context) => {
  unlisted(context);
  for (const [key, group] of Object.entries(context.annotation.groups)) {
    unmatched(context, key, group);
    without(context, key, group);
  }
};

/** A table that is in nobody's list and has no decision of its own. */
function unlisted(context: PlanContext): void {
  for (const table of context.catalog.tables) {
    if (isNamed(context, table)) continue;
    const found = matchingGroup(context, table);
    if (found === undefined) continue;
    const { key, group, pattern } = found;
    const name = annotationName(context, table);
    const first = group.tables === null;
    report(context, {
      code: "L063",
      subject: table.name,
      message: first
        ? `the table matches ${JSON.stringify(pattern)} of ${key}, which lists no tables yet`
        : `the table matches ${JSON.stringify(pattern)} of ${key} and is not in its list`,
      remedy: first
        ? `run \`lethe sync\`, which writes the list, or add [${JSON.stringify(name)}, …] as the last argument`
        : `add ${JSON.stringify(name)} to the list where the decision holds for it, else decide it by itself: ${objectKey(name)}: …`,
      path: ["tables", key, ...(first ? [] : ["tables"])],
    });
  }
}

/** A listed table that no pattern is about: the pattern, or the list, isn't what it was meant to be. */
function unmatched(context: PlanContext, key: string, { patterns, tables }: GroupAnnotation): void {
  const { searchPath } = context.annotation.access;
  for (const name of tables ?? []) {
    const [table] = context.catalog.resolveName(name, searchPath);
    if (table === undefined || patterns.some((pattern) => pattern === name || matcher(pattern)(table)))
      continue;
    report(context, {
      code: "L063",
      subject: table.name,
      message: `the table is in the list of ${key}, but no pattern of it matches`,
      remedy: `add a pattern, or ${JSON.stringify(name)} itself, to the first argument; or decide the table by itself`,
      path: ["tables", name],
      at: "key",
    });
  }
}

/** A pattern that matches nothing, as elsewhere. */
function without(context: PlanContext, key: string, { patterns }: GroupAnnotation): void {
  for (const pattern of patterns.filter(isPattern)) {
    if (context.catalog.tables.some(matcher(pattern))) continue;
    report(context, {
      code: "L010",
      subject: pattern,
      message: "the pattern matches no table",
      remedy: "remove it or correct it",
      path: ["tables", key, "patterns", patterns.indexOf(pattern)],
    });
  }
}
