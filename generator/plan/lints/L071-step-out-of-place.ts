/** L071: a step that asks for what its moment doesn't have. */
import { parseStatements } from "../../sql-statements.ts";
import { type PlanContext, report } from "../context.ts";
import type { Lint } from "./index.ts";

export const stepOutOfPlace: Lint = (plan, context) => {
  for (const [name, step] of Object.entries(context.annotation.steps)) {
    const problem = (key: string, message: string, remedy: string, level: "error" | "warning" = "error") =>
      report(context, {
        code: "L071",
        level,
        subject: `steps.${name}`,
        message,
        remedy,
        path: ["steps", name, key],
      });
    const executes = step.at === "before" || step.at === "after";
    if (step.strategies !== undefined && !executes)
      problem(
        "strategies",
        `a step at ${step.at} runs whatever the strategy: it may still be another when the deletion is executed`,
        'remove `strategies`, or write at: "before"',
      );
    for (const strategy of executes ? (step.strategies ?? []) : [])
      if (!plan.lifecycle.strategies.some((each) => each === strategy))
        problem(
          "strategies",
          `${JSON.stringify(strategy)} is not among the strategies that a request may name`,
          `one of: ${plan.lifecycle.strategies.join(", ")}`,
        );
    for (const key of ["when", "unless"] as const)
      if (step.at === "cancel" && step[key] !== undefined)
        problem(key, "a request that is taken back has no options any more", `remove \`${key}\``);
    captured(context, name, problem);
  }
};

type Problem = (key: string, message: string, remedy: string, level?: "error" | "warning") => void;

function captured({ annotation }: PlanContext, name: string, problem: Problem): void {
  const step = annotation.steps[name];
  const parsed = parseStatements(step?.run ?? "");
  if (step === undefined || !parsed.ok) return;
  const uses = parsed.bareColumns.includes("captured");
  if (uses && step.capture === undefined)
    problem(
      "run",
      "it asks for `captured`, and nothing is looked up",
      'say what: capture: "t.external_id", an expression over the person\'s row',
    );
  if (!uses && step.capture !== undefined)
    problem(
      "capture",
      "what is looked up isn't used",
      "read `captured` in `run`: jsonb_each_text(captured) gives key and value",
      "warning",
    );
}
