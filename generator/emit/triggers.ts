/** Triggers that keep the rules whoever writes: guards, the freeze, marks, deletes. */
import type { GuardPlan, Plan } from "../plan/model.ts";
import { ident, literal } from "../quote.ts";
import { freezePart, freezeSubject, partChecks, placeholder } from "./freeze.ts";
import { isVia, refuseBelow, whereOf } from "./guard-keys.ts";
import { inGrace, marked, notMarked } from "./marks.ts";
import { asKey, ownerKey } from "./owner.ts";
import { routine } from "./routine.ts";
import { column, type DatabaseObject, indent, nameFor, table } from "./text.ts";

export function triggers(plan: Plan): DatabaseObject[] {
  return [
    ...numberAsKey(plan),
    refuseSignIn(plan),
    ...plan.guards.flatMap((guard) => guardTrigger(plan, guard)),
    ...onSubjectTable(plan),
    ...partChecks(plan),
    ...plan.parts.flatMap((part) => freezePart(plan, part)),
  ];
}

/** None where the subject's table belongs to somebody else. */
function onSubjectTable(plan: Plan): DatabaseObject[] {
  if (plan.subject.marks.place === "table") return [];
  return [...freezeSubject(plan), ...keepMarks(plan), ...refuseDelete(plan), ...placeholder(plan)];
}

function onSubject(plan: Plan, name: string, timing: string, call: string): DatabaseObject {
  const target = table(plan.subject.table);
  return {
    object: `trigger ${name} on ${target}`,
    definition: `create or replace trigger ${name}\n  ${timing.replace("{table}", target)}\n  execute function ${call};`,
    on: { table: plan.subject.table, mode: "access exclusive" },
  };
}

function refuseSignIn(plan: Plan): DatabaseObject {
  const row = table(plan.subject.table);
  const key = column(plan.key.column);
  const refused =
    "perform lethe.refuse('LT010', subject, 'sign-in refused: this person is leaving',\n  'A scheduled deletion can be cancelled with lethe.cancel_deletion() or its token.');";
  return routine(plan, {
    kind: "function",
    name: "refuse_sign_in",
    parameters: [{ name: "subject", type: plan.key.type }],
    returns: "void",
    body: [
      "if subject is null then",
      "  return;",
      "end if;",
      "-- A plain look first: whoever is marked already is refused at once, without waiting for a lock.",
      `perform from ${row} t where ${key} = subject and ${marked(plan)};`,
      "if found then",
      indent(refused, 2),
      "end if;",
      "-- Then one that waits for a schedule that is under way, and sees what it left.",
      ...secondLook(plan),
      "if not found then",
      "  -- Marked meanwhile, or gone for good; a key that nobody ever had is the foreign key's business.",
      `  perform from ${row} t where ${key} = subject;`,
      "  if found or exists (select from lethe.deletion_request r where r.subject_id = subject and r.state in ('erased', 'completed')) then",
      indent(refused, 4),
      "  end if;",
      "end if;",
    ].join("\n"),
    comment:
      "LT010 when the person is marked or erased; called by the guards of session and credential tables.",
  });
}

/** What the row doesn't say is looked at again in a statement of its own, which sees what was committed meanwhile. */
function secondLook(plan: Plan): string[] {
  const row = table(plan.subject.table);
  const own = `${column(plan.key.column)} = subject`;
  if (plan.subject.marks.place === "columns")
    return [`perform from ${row} t where ${own} and ${notMarked(plan)} for key share;`];
  return [
    `perform from ${row} t where ${own} for key share;`,
    `perform from ${row} t where ${own} and ${notMarked(plan)};`,
  ];
}

function guardTrigger(plan: Plan, guard: GuardPlan): DatabaseObject[] {
  const name = nameFor("guard", guard.table);
  const checks = guard.rows.flatMap((rows) => {
    if (isVia(rows)) {
      const refused = refuseBelow(plan, rows);
      return rows.where === null
        ? [refused]
        : [`if (${whereOf(rows.where, "new")}) then`, indent(refused, 2), "end if;"];
    }
    const now = ownerKey(rows.owner, "new", plan.key);
    const before = ownerKey(rows.owner, "old", plan.key);
    // The rule's own rows alone; a row that becomes one of them arrives like any other. Only such a row need have an
    // owner that can be read.
    const became = rows.where === null ? [] : [`(${whereOf(rows.where, "old")}) is not true`];
    const condition = ["tg_op = 'INSERT'", ...became, `${now} is distinct from ${before}`].join(" or ");
    return [
      rows.where === null
        ? `if ${condition} then`
        : `if (${whereOf(rows.where, "new")})\nand (${condition}) then`,
      `  perform lethe.refuse_sign_in(${asKey(plan, rows.owner, now)});`,
      "end if;",
    ];
  });
  const made = routine(plan, {
    kind: "function",
    name,
    parameters: [],
    returns: "trigger",
    securityDefiner: true,
    body: [...checks, "return null;"].join("\n"),
    comment: `Guard of ${guard.table.name}: no new row for a person who is leaving or gone.`,
  });
  const target = table(guard.table);
  return [
    made,
    {
      object: `trigger lethe_guard on ${target}`,
      // AFTER: a BEFORE trigger of the application could still change the owner.
      definition: `create or replace trigger lethe_guard\n  after insert or update on ${target}\n  for each row\n  execute function lethe.${ident(name)}();`,
      on: { table: guard.table, mode: "share row exclusive" },
    },
  ];
}

/** Of numbers wider than the key's type, those that can't be a key. */
function numberAsKey(plan: Plan): DatabaseObject[] {
  const { type } = plan.key;
  if (type !== "smallint" && type !== "integer") return [];
  const [least, most] = type === "smallint" ? ["-32768", "32767"] : ["-2147483648", "2147483647"];
  return [
    routine(plan, {
      kind: "function",
      name: "as_key",
      parameters: [{ name: "value", type: "bigint" }],
      returns: type,
      volatility: "immutable",
      body: `return case when value between ${least} and ${most} then value::${type} end;`,
      comment: "A number as a subject's key; null where it is none.",
    }),
  ];
}

function keepMarks(plan: Plan): DatabaseObject[] {
  const grace = inGrace(plan, "new");
  const made = routine(plan, {
    kind: "function",
    name: "keep_marks",
    parameters: [],
    returns: "trigger",
    securityDefiner: true,
    declare: ["request lethe.deletion_request;"],
    body: [
      "select r.* into request",
      "from lethe.deletion_request r",
      `where r.subject_id = new.${ident(plan.key.column)}`,
      "order by r.id desc",
      "limit 1;",
      "-- The marks say what the request says; rows that Lethe has nothing to do with are the application's own.",
      "if (",
      `  (request.state in ('scheduled', 'executing', 'erased', 'completed') and ${notMarked(plan, "new")})`,
      ...(grace === null
        ? []
        : [
            `  or (request.state = 'scheduled' and ${negated(grace)})`,
            `  or (request.state in ('executing', 'erased', 'completed') and ${grace})`,
          ]),
      `) and not lethe.is_executing(new.${ident(plan.key.column)}) then`,
      `  perform lethe.refuse('LT011', new.${ident(plan.key.column)}, 'the marks of a departing person are Lethe''s',`,
      "    'Use lethe.schedule_deletion() and lethe.cancel_deletion().');",
      "end if;",
      "return null;",
    ].join("\n"),
    comment: "Nobody takes the marks off by hand while a request stands (LT011).",
  });
  return [
    made,
    onSubject(
      plan,
      "lethe_marks",
      `after update on {table}\n  for each row\n  when (${marksChange(plan)})`,
      "lethe.keep_marks()",
    ),
  ];
}

/**
 * Everything but "scheduled, now done": that is every erasure's own last write, and forging it hides nobody's data. By
 * NULLs where the marks are times: PostgreSQL reads a condition anew for each UPDATE, and comparisons take it longer.
 */
function marksChange(plan: Plan): string {
  const { marks } = plan.subject;
  if (marks.place === "table") return "false";
  const deleted = ident(marks.deleted.column);
  const changed = `old.${deleted} is distinct from new.${deleted}`;
  if (marks.scheduled === null) return changed;
  const scheduled = ident(marks.scheduled.column);
  // Whoever isn't marked has no request that a mark could contradict: every schedule's own write is spared the look.
  if (marks.deleted.holds === "time")
    return `old.${deleted} is not null\n    and (new.${deleted} is null or new.${scheduled} is not null)`;
  return `(${changed}\n    or (new.${scheduled} is not null and old.${scheduled} is distinct from new.${scheduled}))`;
}

/** The row has been found to be marked, so that a mark's value isn't NULL here. */
function negated(condition: string): string {
  return condition.endsWith(" is not null")
    ? condition.replace(/ is not null$/, " is null")
    : `not (${condition})`;
}

function refuseDelete(plan: Plan): DatabaseObject[] {
  const made = routine(plan, {
    kind: "function",
    name: "refuse_delete",
    parameters: [],
    returns: "trigger",
    securityDefiner: true,
    body: [
      `if not lethe.is_executing(old.${ident(plan.key.column)}) then`,
      `  perform lethe.refuse('LT012', old.${ident(plan.key.column)}, ${literal(`rows of ${plan.subject.table.name} are not deleted directly`)},`,
      "    'People leave through lethe.schedule_deletion().');",
      "end if;",
      "return old;",
    ].join("\n"),
    comment:
      "Direct DELETE of a subject is refused (LT012): it would leave accounts, files and customers behind.",
  });
  return [
    made,
    onSubject(plan, "lethe_no_delete", "before delete on {table}\n  for each row", "lethe.refuse_delete()"),
    onSubject(
      plan,
      "lethe_no_truncate",
      "before truncate on {table}\n  for each statement",
      "lethe.refuse_truncate()",
    ),
  ];
}
