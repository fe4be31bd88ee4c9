/** Who is calling: the signed-in subject, administrators, the service. From the annotation's `access`. */
import type { Plan } from "../plan/model.ts";
import { literal } from "../quote.ts";
import { routine } from "./routine.ts";
import type { DatabaseObject } from "./text.ts";

/** In plpgsql, which keeps the plan for the session: a function in SQL is planned anew at every call before 18. */
export function access(plan: Plan): DatabaseObject[] {
  const { admin, worker, currentUser } = plan.access;
  const me = `(${currentUser.trim()})::${plan.key.type}`;
  const isService = `${anyRole(worker)}\n    or lethe.is_owner()`;
  const isAdmin =
    "sql" in admin ? `return coalesce((${admin.sql.trim()}), false);` : `return ${anyRole(admin)};`;
  return [
    routine(plan, {
      kind: "function",
      name: "current_subject",
      parameters: [],
      returns: plan.key.type,
      volatility: "stable",
      body: `return ${me};`,
      comment:
        "The signed-in subject, from the annotation's access.currentUser; null when nobody is signed in.",
    }),
    routine(plan, {
      kind: "function",
      name: "is_admin",
      parameters: [],
      returns: "boolean",
      volatility: "stable",
      body: isAdmin,
      comment: "May the caller delete other people? From the annotation's access.admin.",
    }),
    routine(plan, {
      kind: "function",
      name: "is_service",
      parameters: [],
      returns: "boolean",
      volatility: "stable",
      body: `return ${isService};`,
      comment: "Is the caller the worker (access.worker) or the owner of the schema?",
    }),
    authorize(plan, me, isService),
  ];
}

/** With the terms written out: three calls less for everybody who asks for something. */
function authorize(plan: Plan, me: string, isService: string): DatabaseObject {
  return routine(plan, {
    kind: "function",
    name: "authorize",
    parameters: [{ name: "subject", type: plan.key.type }],
    returns: "text",
    volatility: "stable",
    // A column that the annotation's expression names is the column.
    conflict: "use_column",
    declare: [`me constant ${plan.key.type} := ${me};`],
    body: [
      "if subject is null then",
      "  perform lethe.refuse('LT006', subject, 'no subject was named', 'Pass the key of the person to be deleted.');",
      "end if;",
      "if me = subject then",
      "  return 'self';",
      "end if;",
      "if me is null then",
      `  if ${isService} then`,
      "    return 'service';",
      "  end if;",
      "  perform lethe.refuse('LT005', subject, 'nobody is signed in',",
      "    'Set the signed-in subject (access.currentUser), or call as one of access.worker or as the owner.');",
      "end if;",
      "if lethe.is_admin() then",
      "  return 'admin';",
      "end if;",
      "perform lethe.refuse('LT005', subject, 'not allowed to act for another person',",
      "  'Only an administrator (access.admin) may name somebody else.');",
    ].join("\n"),
    comment:
      "Who is calling: self, admin (somebody else is signed in) or service (nobody is). LT005 otherwise.",
  });
}

/** "usage", not "member": what a role could SET ROLE to is not what it is. */
function anyRole(roles: string[]): string {
  if (roles.length === 0) return "false";
  return roles
    .map((role) => `pg_has_role(lethe.calling_role(), ${literal(role)}, 'usage')`)
    .join("\n    or ");
}
