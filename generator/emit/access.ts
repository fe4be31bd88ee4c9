/** Who is calling: the signed-in subject, administrators, the service. From the annotation's `access`. */
import type { Plan } from "../plan/model.ts";
import { literal } from "../quote.ts";
import { routine } from "./routine.ts";
import type { DatabaseObject } from "./text.ts";

/** In plpgsql, which keeps the plan for the session: a function in SQL is planned anew at every call before 18. */
export function access(plan: Plan): DatabaseObject[] {
  const { admin, worker, currentUser } = plan.access;
  const isAdmin =
    "sql" in admin ? `return coalesce((${admin.sql.trim()}), false);` : `return ${anyRole(admin)};`;
  return [
    routine(plan, {
      kind: "function",
      name: "current_subject",
      parameters: [],
      returns: plan.key.type,
      volatility: "stable",
      body: `return (${currentUser.trim()})::${plan.key.type};`,
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
      body: `return ${anyRole(worker)}\n    or lethe.is_owner();`,
      comment: "Is the caller the worker (access.worker) or the owner of the schema?",
    }),
  ];
}

/** "usage", not "member": what a role could SET ROLE to is not what it is. */
function anyRole(roles: string[]): string {
  if (roles.length === 0) return "false";
  return roles
    .map((role) => `pg_has_role(lethe.calling_role(), ${literal(role)}, 'usage')`)
    .join("\n    or ");
}
