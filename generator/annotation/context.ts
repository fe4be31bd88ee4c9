/**
 * What can only be judged with a look at another place of the annotation. Works on the unchecked value, so that a
 * wrong shape somewhere doesn't hide these.
 */
import type { Finding } from "../errors.ts";
import { longestDays } from "./interval.ts";
import type { AnnotationPath } from "./model.ts";
import { nearest } from "./nearest.ts";
import { entriesOf, isObject, subjectOf, valueAt } from "./value.ts";

/** GDPR Art. 12(3) gives a month; retries need the days that are left of the shortest one. */
const LONGEST_GRACE_DAYS = 28;

export function contextFindings(root: unknown): Finding[] {
  const findings: Finding[] = [];
  const report = (code: string, path: AnnotationPath, message: string, remedy: string): void => {
    findings.push({ code, level: "error", subject: subjectOf(path), message, remedy, path });
  };
  checkLifecycle(root, report);
  const known = {
    options: entriesOf(valueAt(root, ["options"])).map(([name]) => name),
    ghosts: entriesOf(valueAt(root, ["ghosts"])).map(([name]) => name),
  };
  for (const [name, step] of entriesOf(valueAt(root, ["steps"]))) checkStep(name, step, known, report);
  for (const [name, effect] of entriesOf(valueAt(root, ["effects"])))
    checkRule(effect, ["effects", name], known, report);
  for (const [name, decision] of entriesOf(valueAt(root, ["tables"]))) {
    const group = isObject(decision) && decision.class === "group";
    if (group) {
      checkDecision(decision.decision, ["tables", name, "decision"], known, report);
      checkView(decision.decision, ["tables", name, "decision", "view"], report);
    } else checkDecision(decision, ["tables", name], known, report);
  }
  checkTwice(root, report);
  return findings;
}

function checkDecision(decision: unknown, path: AnnotationPath, known: Known, report: Report): void {
  checkRule(decision, path, known, report);
  if (!isObject(decision) || !Array.isArray(decision.rules)) return;
  decision.rules.forEach((rule, index) => {
    checkRule(rule, [...path, "rules", index], known, report);
  });
}

/** One name, and a view for each table. */
function checkView(decision: unknown, path: AnnotationPath, report: Report): void {
  if (valueAt(decision, ["view"]) === undefined) return;
  const message = "`view` is set on a group, whose tables would all make a view of that name";
  report(
    "L008",
    path,
    message,
    'write rls: "hide" or "restrict", or decide the table with the view by itself',
  );
}

/** A table that a group lists is decided there: beside it, one of two decisions would be lost. */
function checkTwice(root: unknown, report: Report): void {
  const seen = new Map<string, string>();
  const entries = entriesOf(valueAt(root, ["tables"]));
  for (const [name, decision] of entries) {
    if (!isObject(decision) || decision.class !== "group") seen.set(name, "a key of its own");
  }
  for (const [key, decision] of entries) {
    if (!isObject(decision) || decision.class !== "group") continue;
    for (const field of ["patterns", "tables"]) {
      const names = decision[field];
      if (!Array.isArray(names)) continue;
      names.forEach((each, index) => {
        const name = isObject(each) ? each.question : each;
        if (typeof name !== "string" || name.includes("*")) return;
        const twin = seen.get(name);
        seen.set(name, key);
        if (twin === undefined) return;
        const where = ["tables", key, field, index];
        const message = `the table is decided twice: here, and by ${twin === key ? "another name in this list" : twin}`;
        const remedy = "take it out of one of them";
        report("L010", where, `${name}: ${message}`, remedy);
      });
    }
  }
}

type Report = (code: string, path: AnnotationPath, message: string, remedy: string) => void;
interface Known {
  options: string[];
  ghosts: string[];
}

function checkLifecycle(root: unknown, report: Report): void {
  const strategies = valueAt(root, ["lifecycle", "strategies"]);
  if (Array.isArray(strategies)) {
    strategies.forEach((strategy, index) => {
      if (strategies.indexOf(strategy) === index) return;
      report(
        "L008",
        ["lifecycle", "strategies", index],
        `${JSON.stringify(strategy)} is listed twice`,
        "remove one; the first of the list is the default",
      );
    });
    if (strategies.length === 0) {
      report(
        "L008",
        ["lifecycle", "strategies"],
        "no strategy is allowed",
        'list at least one, such as ["anonymize"]',
      );
    }
  }
  const grace = valueAt(root, ["lifecycle", "gracePeriod"]);
  const days = typeof grace === "string" ? longestDays(grace) : null;
  if (days !== null && days > LONGEST_GRACE_DAYS) {
    report(
      "L009",
      ["lifecycle", "gracePeriod"],
      `a grace period of ${grace} leaves no time for retries before the month of GDPR Art. 12(3) is over`,
      `write at most "${LONGEST_GRACE_DAYS} days"`,
    );
  }
}

function checkRule(rule: unknown, path: AnnotationPath, known: Known, report: Report): void {
  if (!isObject(rule)) return;
  checkOptions(rule, path, known, report);
  checkRows(rule.rows, [...path, "rows"], known, report);
  for (const [name, column] of entriesOf(rule.columns))
    checkColumn(column, [...path, "columns", name], report);
  if (rule.otherwise !== undefined) checkRule(rule.otherwise, [...path, "otherwise"], known, report);
}

function checkStep(name: string, step: unknown, known: Known, report: Report): void {
  // Part of a procedure's name.
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(name))
    report(
      "L003",
      ["steps", name],
      `${JSON.stringify(name)} can't name a step`,
      "write small letters, digits and underscores, such as release_seats",
    );
  if (isObject(step)) checkOptions(step, ["steps", name], known, report);
}

function checkOptions(
  rule: Record<string, unknown>,
  path: AnnotationPath,
  known: Known,
  report: Report,
): void {
  if (rule.when !== undefined && rule.unless !== undefined) {
    report(
      "L008",
      [...path, "unless"],
      "`when` and `unless` are both set",
      "keep one; write a rule for each case with table({ rules: [ … ] })",
    );
  }
  for (const key of ["when", "unless"]) {
    const option = rule[key];
    if (typeof option !== "string" || known.options.includes(option)) continue;
    const near = nearest(option, known.options);
    const remedy =
      near === undefined
        ? `declare it: options: { ${option}: false }`
        : `did you mean "${near}"? Or declare it: options: { ${option}: false }`;
    report("L006", [...path, key], `${JSON.stringify(option)} is not an option of requests`, remedy);
  }
}

function checkRows(rows: unknown, path: AnnotationPath, known: Known, report: Report): void {
  if (!isObject(rows)) return;
  if (rows.action !== "reassign") {
    for (const [strategy, one] of entriesOf(rows)) {
      if (isObject(one) && one.action === "reassign") checkRows(one, [...path, strategy], known, report);
    }
    return;
  }
  const ghost = valueAt(rows, ["to", "ghost"]);
  if (typeof ghost !== "string" || known.ghosts.includes(ghost)) return;
  const near = nearest(ghost, known.ghosts);
  const declare = `declare it: ghosts: { ${JSON.stringify(ghost)}: ghost({ … }) }`;
  report(
    "L003",
    path,
    `there is no ghost called ${JSON.stringify(ghost)}`,
    near === undefined ? declare : `did you mean "${near}"? Or ${declare}`,
  );
}

function checkColumn(column: unknown, path: AnnotationPath, report: Report): void {
  if (!isObject(column)) return;
  if (column.mfa === true && column.at === "schedule") {
    report(
      "L008",
      [...path, "at"],
      "a second factor is never cleared at schedule",
      'remove at: "schedule": scheduling must not open the way in',
    );
  } else if (column.restore !== undefined && column.at !== "schedule") {
    report(
      "L008",
      [...path, "restore"],
      '`restore` is set without at: "schedule"',
      'add at: "schedule", or remove `restore`',
    );
  }
}
