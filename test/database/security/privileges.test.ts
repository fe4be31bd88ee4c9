/** Everything in schema lethe, object by object: who may use it. What isn't listed here nobody may use. */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { useRole } from "../../support/schema-case-role.ts";

// A role that the annotation doesn't name has what PUBLIC has.
const bystander = useRole("bystander");
const db = useDatabase("reference");
const roles = ["app_user", "app_admin", "app_worker"] as const;
type Role = (typeof roles)[number];

const everyone: Role[] = ["app_user", "app_admin", "app_worker"];
const functions: Record<string, Role[]> = {
  schedule_deletion: everyone,
  cancel_deletion: everyone,
  cancel_deletion_by_token: everyone,
  deletion_status: everyone,
  is_deletion_scheduled: everyone,
  within_cooldown: everyone,
  deletion_blockers: everyone,
  explain_deletion: everyone,
  explain_remaining: everyone,
  export_subject: everyone,
  execute_deletion: ["app_admin", "app_worker"],
  execute_due_deletions: ["app_worker"],
  continue_deletion: ["app_worker"],
  executing_requests: ["app_worker"],
  due_requests: ["app_worker"],
  execute_due_request: ["app_worker"],
  take_event_counts: ["app_worker"],
  lag: ["app_admin", "app_worker"],
  differences: ["app_admin", "app_worker"],
  record_failure: ["app_worker"],
  residue_after: ["app_worker"],
  purge_due: ["app_worker"],
  purge_retained: ["app_worker"],
  schedule_legacy: ["app_worker"],
  retry_deletion: ["app_admin", "app_worker"],
  in_window: ["app_admin", "app_worker"],
  due_by_limit: ["app_admin", "app_worker"],
  close_effect: ["app_admin", "app_worker"],
  due_effects: ["app_worker"],
  claim_effects: ["app_worker"],
  finish_effects: ["app_worker"],
  next_effect_at: ["app_worker"],
  wipe_stale_payloads: ["app_worker"],
  effect_status: ["app_admin", "app_worker"],
  retry_effect: ["app_admin", "app_worker"],
  retry_effects: ["app_admin", "app_worker"],
  verify_events: ["app_admin", "app_worker"],
  certificate: ["app_admin", "app_worker"],
};
const views: Record<string, Role[]> = {
  pending: ["app_admin", "app_worker"],
  overdue: ["app_admin", "app_worker"],
  hidden_subjects: ["app_admin", "app_worker"],
  drift: ["app_admin", "app_worker"],
  request_counts: ["app_admin", "app_worker"],
  retained_rows: ["app_admin", "app_worker"],
  effect_counts: ["app_admin", "app_worker"],
  progress: ["app_admin", "app_worker"],
  dead_letters: ["app_admin", "app_worker"],
};

const all: string[] = [bystander, ...roles];

test("functions and procedures", async () => {
  const rows = await db.sql<{ name: string; role: string; allowed: boolean }[]>`
    select p.proname as name, r.role, has_function_privilege(r.role, p.oid, 'execute') as allowed
    from pg_proc p, unnest(${all}::text[]) r (role)
    where p.pronamespace = 'lethe'::regnamespace
  `;
  expect(new Set(rows.map((row) => row.name)).size).toBeGreaterThan(50);
  expect(opened(rows)).toEqual(expected(functions));
});

test("tables, views and sequences: reading", async () => {
  const rows = await db.sql<{ name: string; role: string; allowed: boolean }[]>`
    select c.relname as name, r.role,
           case c.relkind
             when 'S' then has_sequence_privilege(r.role, c.oid, 'usage, select, update')
             else has_table_privilege(r.role, c.oid, 'select') or has_any_column_privilege(r.role, c.oid, 'select')
           end as allowed
    from pg_class c, unnest(${all}::text[]) r (role)
    where c.relnamespace = 'lethe'::regnamespace and c.relkind in ('r', 'v', 'm', 'p', 'S', 'f')
  `;
  expect(rows.map((row) => row.name)).toContain("deletion_request");
  expect(opened(rows)).toEqual(expected(views));
});

test("tables, views and sequences: writing, by nobody", async () => {
  const rows = await db.sql<{ name: string; role: string; allowed: boolean }[]>`
    select c.relname as name, r.role,
           has_table_privilege(r.role, c.oid, 'insert, update, delete, truncate, references, trigger')
             or has_any_column_privilege(r.role, c.oid, 'insert, update, references') as allowed
    from pg_class c, unnest(${all}::text[]) r (role)
    where c.relnamespace = 'lethe'::regnamespace and c.relkind in ('r', 'v', 'm', 'p', 'f')
  `;
  expect(opened(rows)).toEqual({});
});

test("the schema: usage for the named roles, create for nobody", async () => {
  const [rows] = await db.sql<{ usage: string[]; create: string[] }[]>`
    select array_agg(r order by r) filter (where has_schema_privilege(r, 'lethe', 'usage')) as usage,
           array_agg(r order by r) filter (where has_schema_privilege(r, 'lethe', 'create')) as create
    from unnest(${all}::text[]) r
  `;
  expect(rows).toEqual({ usage: [...roles].sort(), create: null });
});

test("every definer function pins its search_path with pg_temp last, and sees every row or fails", async () => {
  const rows = await db.sql<{ name: string; config: string[] }[]>`
    select p.proname as name, coalesce(p.proconfig, '{}') as config
    from pg_proc p
    where p.pronamespace = 'lethe'::regnamespace
      -- Inlined into their callers, who pin the path: they read nothing, and run with their rights.
      and (p.proname <> all (array['event_hash', 'later', 'calling_role', 'is_read_committed', 'came_later']) or p.prosecdef)
  `;
  expect(rows.length).toBeGreaterThan(50);
  for (const { name, config } of rows) {
    const path = config.find((each) => each.startsWith("search_path="));
    expect(path, name).toMatch(/^search_path=pg_catalog, .*\bpg_temp$|^search_path=pg_catalog, pg_temp$/);
  }
  const blind = await db.sql`
    select p.proname
    from pg_proc p
    where p.pronamespace = 'lethe'::regnamespace
      and p.prosecdef
      and not 'row_security=off' = any (p.proconfig)
      and p.prosrc ~ 'public\\.'
  `;
  expect([...blind]).toEqual([]);
});

test("the mark of what is executed, the token's hash and the preserved values are closed to every role", async () => {
  for (const role of roles) {
    const client = await db.as(role);
    await expect(client`select preserved from lethe.deletion_request`).rejects.toMatchObject({
      code: "42501",
    });
    await expect(client`select cancel_token_hash from lethe.deletion_request`).rejects.toMatchObject({
      code: "42501",
    });
    await expect(
      client`insert into lethe.running (subject_id) values (gen_random_uuid())`,
    ).rejects.toMatchObject({ code: "42501" });
    await expect(client`select lethe.preserve(gen_random_uuid())`).rejects.toMatchObject({ code: "42501" });
    await expect(client`call lethe.anonymize(array[gen_random_uuid()])`).rejects.toMatchObject({
      code: "42501",
    });
  }
});

function expected(list: Record<string, Role[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(list).map(([name, who]) => [name, [...who].sort()]));
}

function opened(rows: { name: string; role: string; allowed: boolean }[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { name, role } of rows.filter((row) => row.allowed))
    found[name] = [...(found[name] ?? []), role].sort();
  return found;
}
