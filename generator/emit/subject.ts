/** Functions about the subject's own row: locking it, shutting the person out, letting them back in. */
import type { Plan, SuspensionPlan } from "../plan/model.ts";
import { ident, literal } from "../quote.ts";
import { earlyEffects } from "./effects.ts";
import { keptColumns, keptParts, original, restored, restorePart } from "./kept.ts";
import { keptMark, mark, marked, notMarked, unmark } from "./marks.ts";
import { keptMatch } from "./matches.ts";
import { assignments, statement } from "./operation.ts";
import { byVariable, optionDeclarations, ownedBy } from "./owner.ts";
import { routine } from "./routine.ts";
import { stepsAt } from "./steps.ts";
import { subjectChanges } from "./strategies.ts";
import { column, type DatabaseObject, indent, table } from "./text.ts";

export function subjectRoutines(plan: Plan): DatabaseObject[] {
  return [
    lockOut(plan),
    letBackIn(plan),
    preserve(plan),
    lockSubject(plan),
    lockSubjects(plan),
    isMarked(plan),
    isLive(plan),
    hiddenSubjects(plan),
  ];
}

const one = (plan: Plan) => [{ name: "subject", type: plan.key.type }];
const own = (plan: Plan) => `${column(plan.key.column)} = subject`;

function lockOut(plan: Plan): DatabaseObject {
  const { subject } = plan;
  const marking = mark(plan);
  const [gone, changed] = (["delete", "transform"] as const).map((action) =>
    plan.atSchedule
      .filter((operation) => operation.action === action)
      .flatMap((operation) => [
        `-- ${operation.table.name}: ${action === "delete" ? "deleted" : "changed"} at once (${operation.reason})`,
        statement(operation, plan.key, byVariable),
        "",
      ]),
  ) as [string[], string[]];
  const aside = plan.suspensions.flatMap((each) => [
    `-- ${each.table.name}: moved aside (kept in the request, put back on cancel)`,
    `delete from ${table(each.table)} t\nwhere ${ownedBy(each.rows, byVariable).join("\n  and ")};`,
    "",
  ]);
  const changes = subjectChanges(plan, subject.atSchedule).map((each) => each.assignment);
  const set =
    changes.length === 0 ? [...marking.assignments, ...touched(plan)] : [...marking.assignments, ...changes];
  const effects = earlyEffects(plan);
  return routine(plan, {
    kind: "function",
    name: "lock_out",
    parameters: [
      ...one(plan),
      { name: "due", type: "timestamptz" },
      { name: "requests", type: "bigint[]" },
      { name: "shown", type: "text" },
    ],
    returns: "boolean",
    declare: [
      `subjects constant ${plan.key.type}[] := array[subject];`,
      ...effects.declare,
      ...stepsAt(plan, "schedule").declare,
      // The request is there already, with its options.
      ...optionDeclarations(plan, [...plan.atSchedule, ...plan.suspensions]),
    ],
    body: [
      ...effects.statements.flatMap((each) => [each, ""]),
      ...gone,
      ...aside,
      `-- ${subject.table.name}: marked`,
      ...(set.length === 0
        ? []
        : [`update ${table(subject.table)} t\nset ${assignments(set)}\nwhere ${own(plan)};`]),
      ...marking.statements,
      // Once they are marked: addresses in the reserved domain are for marked people.
      ...(changed.length === 0 ? [] : ["", ...changed.slice(0, -1)]),
      ...stepsAt(plan, "schedule").body,
      `return ${effects.statements.length > 0};`,
    ].join("\n"),
    comment:
      "What schedule_deletion() does to the person's rows: sessions and tokens go, the row is marked; what is to be told of it is written before. True where there is something of the kind.",
  });
}

/**
 * Where the mark isn't in the row: a write all the same. A transaction of a fixed snapshot that signs the person in then
 * meets a row that is newer than what it sees, and fails, instead of passing the guard.
 */
function touched({ subject }: Plan): string[] {
  const { marks } = subject;
  return marks.place === "table" && marks.touch !== null
    ? [`${ident(marks.touch)} = ${column(marks.touch)}`]
    : [];
}

function letBackIn(plan: Plan): DatabaseObject {
  const { subject } = plan;
  const unmarking = unmark(plan);
  const row = table(subject.table);
  const set = [...unmarking.assignments, ...restored(plan, subject)];
  return routine(plan, {
    kind: "function",
    name: "let_back_in",
    parameters: [...one(plan), { name: "kept", type: "jsonb" }],
    returns: "void",
    declare: stepsAt(plan, "cancel").declare,
    body: [
      ...(set.length === 0
        ? []
        : [`update ${row} t\nset ${assignments(set)}${original(plan, subject)}\nwhere ${own(plan)};`]),
      ...unmarking.statements,
      ...plan.parts.flatMap((part) => restorePart(plan, part)),
      ...[...suspendedTables(plan).values()].map(([each]) => putBack(each)),
      ...stepsAt(plan, "cancel").body,
    ].join("\n"),
    comment:
      "What cancel_deletion() does: takes the marks off and puts back what was kept. Sessions stay gone.",
  });
}

/** By table: rows that several rules move aside are kept and put back together. */
function suspendedTables(plan: Plan): Map<string, [SuspensionPlan, ...SuspensionPlan[]]> {
  const tables = new Map<string, [SuspensionPlan, ...SuspensionPlan[]]>();
  for (const each of plan.suspensions) {
    const others = tables.get(each.table.name);
    if (others === undefined) tables.set(each.table.name, [each]);
    else others.push(each);
  }
  return tables;
}

function putBack(each: SuspensionPlan): string {
  const columns = each.columns.map(ident).join(", ");
  const overriding = each.overridesIdentity ? "\noverriding system value" : "";
  return [
    `-- ${each.table.name}: back from aside; what somebody else took meanwhile stays theirs`,
    `insert into ${table(each.table)} (${columns})${overriding}`,
    `select ${columns}`,
    `from jsonb_populate_recordset(null::${table(each.table)}, kept #> array['rows', ${literal(each.table.name)}])`,
    "on conflict do nothing;",
  ].join("\n");
}

/** Rows besides the person's own are looked at once that is locked, in a statement that sees what came before the lock. */
function preserve(plan: Plan): DatabaseObject {
  const { subject } = plan;
  const parts = keptParts(plan);
  const rows = [...suspendedTables(plan).values()]
    .map((rules) => {
      const [{ table: ref }] = rules;
      const owned = rules.map((each) => ownedBy(each.rows, () => "array[subject]").join("\n    and "));
      const where = owned.length === 1 ? owned[0] : owned.map((each) => `(${each})`).join("\n    or ");
      return `${literal(ref.name)}, (\n  select coalesce(jsonb_agg(to_jsonb(t)), '[]')\n  from ${table(ref)} t\n  where ${where}\n)`;
    })
    .join(",\n");
  const alone = parts.length === 0 && rows === "";
  return routine(plan, {
    kind: "function",
    name: "preserve",
    parameters: one(plan),
    returns: "jsonb",
    body: [
      `-- ${FOR_UPDATE}`,
      ...(alone ? [] : [`perform from ${table(subject.table)} t where ${own(plan)} for update;`]),
      "return (",
      indent(
        [
          "select jsonb_build_object(",
          ...keptMark(plan).map((pair) => `  ${pair},`),
          `  'columns', ${keptColumns(subject)},`,
          ...parts.map((pair) => `  ${pair},`),
          ...(subject.captured.length === 0
            ? []
            : [
                `  'captured', jsonb_build_object(${subject.captured.map((each) => `${literal(each.column)}, ${column(each.column)}`).join(", ")}),`,
              ]),
          ...(plan.matches.length === 0
            ? []
            : [`  'matches', jsonb_build_object(${plan.matches.map(keptMatch).join(", ")}),`]),
          `  'rows', jsonb_build_object(${rows.includes("\n") ? `\n${indent(rows, 4)}\n  ` : rows})`,
          ")",
          `from ${table(subject.table)} t`,
          `where ${own(plan)}`,
          ...(alone ? ["for update"] : []),
        ].join("\n"),
        2,
      ),
      ");",
    ].join("\n"),
    comment:
      "Locks the subject's row, and gives what cancel_deletion() will put back; null where there is no such row. Kept in the request, readable by no application role, wiped at the end.",
  });
}

const FOR_UPDATE =
  "FOR UPDATE, not NO KEY UPDATE: a row that refers to the person (a new session) must wait too.";

function lockSubject(plan: Plan): DatabaseObject {
  return routine(plan, {
    kind: "function",
    name: "lock_subject",
    parameters: one(plan),
    returns: "boolean",
    body: [
      `-- ${FOR_UPDATE}`,
      `perform from ${table(plan.subject.table)} t where ${own(plan)} for update;`,
      "return found;",
    ].join("\n"),
    comment: "Locks the subject's row; false where there is none.",
  });
}

function lockSubjects(plan: Plan): DatabaseObject {
  const row = table(plan.subject.table);
  const key = column(plan.key.column);
  return routine(plan, {
    kind: "function",
    name: "lock_subjects",
    parameters: [
      { name: "subjects", type: `${plan.key.type}[]` },
      { name: "wait", type: "boolean" },
    ],
    returns: `${plan.key.type}[]`,
    declare: [`locked ${plan.key.type}[];`],
    body: [
      "if wait then",
      `  perform from ${row} t where ${key} = any (subjects) order by ${key} for update;`,
      "  return subjects;",
      "end if;",
      "locked := array(",
      `  select ${key} from ${row} t where ${key} = any (subjects) order by ${key} for update skip locked`,
      ");",
      "if cardinality(locked) = cardinality(subjects) then",
      "  return locked;",
      "end if;",
      "-- Whoever is held by somebody else right now is left out; whose row is gone already is not.",
      "return locked || array(",
      "  select s.id from unnest(subjects) as s (id)",
      `  where not (select exists (select from ${row} t where ${key} = s.id))`,
      ");",
    ].join("\n"),
    comment: "Locks the subjects' rows in the order of their keys; returns those it got.",
  });
}

function isMarked(plan: Plan): DatabaseObject {
  return routine(plan, {
    kind: "function",
    name: "is_marked",
    parameters: one(plan),
    returns: "boolean",
    volatility: "stable",
    body: `return exists (\n  select from ${table(plan.subject.table)} t\n  where ${own(plan)} and ${marked(plan)}\n);`,
    comment: "Does the row carry the mark of a departed person, whoever set it?",
  });
}

function isLive(plan: Plan): DatabaseObject {
  return routine(plan, {
    kind: "function",
    name: "is_live",
    parameters: one(plan),
    returns: "boolean",
    volatility: "stable",
    body: `return exists (\n  select from ${table(plan.subject.table)} t\n  where ${own(plan)} and ${notMarked(plan)}\n);`,
    comment: "Is there a row that carries no mark?",
  });
}

function hiddenSubjects(plan: Plan): DatabaseObject {
  // Where the marks are in a table of Lethe's own, the view of people asks this one too.
  const apart = plan.subject.marks.place === "table";
  const needed = plan.hiding.length > 0 || (apart && plan.subject.view !== null);
  const rows = apart
    ? ["select m.subject_id", "from lethe.mark m;"]
    : [
        `select ${column(plan.key.column)} as subject_id`,
        `from ${table(plan.subject.table)} t`,
        `where ${marked(plan)};`,
      ];
  return {
    object: "view lethe.hidden_subjects",
    definition: [
      "-- With its owner's rights: an invoker's look at the subjects would itself be filtered, and hide nothing.",
      "create or replace view lethe.hidden_subjects as",
      ...rows,
      "comment on view lethe.hidden_subjects is 'Keys of marked subjects: the one thing that policies and views may ask about hidden people.';",
    ].join("\n"),
    roles: needed ? ["app", "admin", "worker"] : ["admin", "worker"],
  };
}
