/** The application's own SQL at named points: a procedure for each, and what calls it there. */
import type { Plan } from "../plan/model.ts";
import type { StepPlan } from "../plan/steps.ts";
import { literal } from "../quote.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, indent, table } from "./text.ts";

export function steps(plan: Plan): DatabaseObject[] {
  return [...plan.steps.map((step) => procedure(plan, step)), runSteps(plan), captureForSteps(plan)];
}

function nameOf({ name }: StepPlan): string {
  return `step_${name}`;
}

/** In SQL itself, so that the statements stand there as they were written. */
function procedure(plan: Plan, step: StepPlan): DatabaseObject {
  const made = routine(plan, {
    kind: "procedure",
    name: nameOf(step),
    parameters: [
      { name: "subjects", type: `${plan.key.type}[]` },
      { name: "captured", type: "jsonb" },
    ],
    language: "sql",
    body: step.run.trim(),
    verbatim: true,
    comment: `The application's own step ${MOMENTS[step.at]}: ${step.why}`,
  });
  // What it names must be there: otherwise the migration fails, and not the first erasure.
  const definition = `set local check_function_bodies = on;\n${made.definition}\nset local check_function_bodies = off;`;
  return { ...made, definition };
}

export const MOMENTS: Record<StepPlan["at"], string> = {
  schedule: "when a deletion is scheduled",
  cancel: "when a deletion is cancelled",
  before: "before the erasure",
  after: "after the erasure",
};

function runSteps(plan: Plan): DatabaseObject {
  const own = plan.steps.filter((step) => step.at === "before" || step.at === "after");
  const calls = own.flatMap((step) => [
    `-- ${step.name}: ${oneLine(step.why)}`,
    `if moment = ${literal(step.at)} then`,
    "  chosen := array(",
    "    select r.subject_id",
    "    from lethe.deletion_request r",
    `    where ${requestsOf(step).join("\n      and ")}`,
    "  );",
    "  if cardinality(chosen) > 0 then",
    ...captured(step),
    `    call lethe.${nameOf(step)}(chosen, ${step.capture === null ? "'{}'" : "captured"});`,
    "  end if;",
    "end if;",
  ]);
  return routine(plan, {
    kind: "function",
    name: "run_steps",
    parameters: [
      { name: "moment", type: "text" },
      { name: "requests", type: "bigint[]" },
    ],
    returns: "void",
    declare: calls.length === 0 ? [] : [`chosen ${plan.key.type}[];`, "captured jsonb;"],
    body: calls.length === 0 ? "return;" : calls.join("\n"),
    comment:
      "Runs the application's own steps of one moment (before, after), each once for all subjects whose request it holds for.",
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function requestsOf({ strategies, option }: StepPlan): string[] {
  const asked =
    option === null
      ? []
      : [`coalesce((r.options ->> ${literal(option.option)})::boolean, false) = ${option.is}`];
  return [
    "r.id = any (requests)",
    `r.strategy = any (array[${strategies.map(literal).join(", ")}]::text[])`,
    ...asked,
  ];
}

/** By the subject's key: what was looked up when the execution began. */
function captured(step: StepPlan): string[] {
  if (step.capture === null) return [];
  return [
    "    captured := (",
    `      select coalesce(jsonb_object_agg(r.subject_id, r.preserved #> array['steps', ${literal(step.name)}]), '{}')`,
    "      from lethe.deletion_request r",
    "      where r.id = any (requests) and r.subject_id = any (chosen)",
    "    );",
  ];
}

function captureForSteps(plan: Plan): DatabaseObject {
  const captures = plan.steps.filter(
    (step) => step.capture !== null && (step.at === "before" || step.at === "after"),
  );
  const values = captures.map((step) => `${literal(step.name)}, to_jsonb((${step.capture?.trim()}))`);
  const body = [
    "update lethe.deletion_request r",
    "set preserved = coalesce(r.preserved, '{}') || jsonb_build_object('steps', (",
    `  select jsonb_build_object(\n${indent(values.join(",\n"), 4)}\n  )`,
    `  from ${table(plan.subject.table)} t`,
    `  where ${column(plan.key.column)} = r.subject_id`,
    "))",
    "where r.id = any (requests);",
  ];
  return routine(plan, {
    kind: "function",
    name: "capture_for_steps",
    parameters: [{ name: "requests", type: "bigint[]" }],
    returns: "void",
    body: captures.length === 0 ? "return;" : body.join("\n"),
    comment: "Looks up what the application's own steps want to know, before anything is erased.",
  });
}

/** At schedule and cancel there is one subject, whose row is there. */
export function stepsAt(plan: Plan, at: "schedule" | "cancel"): { declare: string[]; body: string[] } {
  const own = plan.steps.filter((step) => step.at === at);
  return {
    declare: own.flatMap((step) =>
      step.capture === null
        ? []
        : [
            `captured_${step.name} constant jsonb := (\n  select jsonb_build_object(${column(plan.key.column)}, (${step.capture.trim()}))\n  from ${table(plan.subject.table)} t\n  where ${column(plan.key.column)} = subject\n);`,
          ],
    ),
    body: own.flatMap((step) => [
      `-- the application's own step ${step.name}: ${oneLine(step.why)}`,
      ...calling(step),
    ]),
  };
}

function calling(step: StepPlan): string[] {
  const captured = step.capture === null ? "'{}'" : `captured_${step.name}`;
  const call = `call lethe.${nameOf(step)}(array[subject], ${captured});`;
  return step.option === null
    ? [call]
    : [
        `if lethe.option_of(subject, ${literal(step.option.option)}) = ${step.option.is} then`,
        `  ${call}`,
        "end if;",
      ];
}
