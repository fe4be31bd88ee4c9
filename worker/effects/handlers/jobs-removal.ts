/**
 * Finds and removes jobs. The view `graphile_worker.jobs` has no payloads, so they are read where they stand; a job is
 * removed by graphile-worker's own `complete_jobs()`, which leaves what is running.
 */
import type postgres from "postgres";

export interface Match {
  tasks: string[] | undefined;
  key: string | undefined;
  payload: postgres.JSONValue | undefined;
}

export interface Removal {
  removed: number;
  /** Matching jobs that a worker is at. */
  running: number;
}

/** Lethe's own tasks, behind the name of its schema. A test knows when one is missing here. */
export const OWN_TASKS: readonly string[] = ["sweep", "drain", "deliver", "drift", "purge", "residue"];

/** So many jobs are looked at in one transaction. */
const PAGE = 5_000;

/** Jobs that satisfy every condition of the match, of those that are there when it begins. Lethe's own never do. */
export async function removeJobs(
  sql: postgres.Sql,
  workerSchema: string,
  match: Match,
  signal: AbortSignal,
): Promise<Removal> {
  const table = sql(`${workerSchema}._private_jobs`);
  const total: Removal = { removed: 0, running: 0 };
  const [bounds] = await sql<{ from: string; to: string }[]>`
    select (min(j.id) - 1)::text as from, max(j.id)::text as to
    from ${table} j
    where ${match.key === undefined ? sql`true` : sql`j.key = ${match.key}`}
  `;
  let after = bounds?.from ?? null;
  while (after !== null) {
    signal.throwIfAborted();
    const [page] = await sql<{ to: string | null }[]>`
      select max(p.id)::text as to
      from (
        select j.id
        from ${table} j
        where j.id > ${after} and j.id <= ${bounds?.to ?? null}
        order by j.id
        limit ${PAGE}
      ) p
    `;
    const to = page?.to ?? null;
    if (to !== null) {
      const done = await removePage(sql, workerSchema, match, after, to);
      total.removed += done.removed;
      total.running += done.running;
    }
    after = to;
  }
  return total;
}

async function removePage(
  sql: postgres.Sql,
  workerSchema: string,
  { tasks, key, payload }: Match,
  after: string,
  to: string,
): Promise<Removal> {
  const schema = (name: string) => sql(`${workerSchema}.${name}`);
  return await sql.begin(async (tx) => {
    await tx`set local lock_timeout = '5s'`;
    await tx`set local statement_timeout = '30s'`;
    // Locked, so that none of them begins or changes between the look and the removal.
    const found = await tx<{ id: string; running: boolean }[]>`
      select j.id::text as id,
             coalesce(j.locked_at >= now() - interval '4 hours', false) as running
      from ${schema("_private_jobs")} j
      join ${schema("_private_tasks")} t on t.id = j.task_id
      where j.id > ${after} and j.id <= ${to}
        and ${key === undefined ? tx`true` : tx`j.key = ${key}`}
        and ${tasks === undefined ? tx`true` : tx`t.identifier = any (${tasks})`}
        and t.identifier <> all (${ownTasks(tx)})
        and ${payload === undefined ? tx`true` : contains(tx, payload)}
      order by j.id
      for update of j
    `;
    const free = found.filter(({ running }) => !running).map(({ id }) => id);
    const removed =
      free.length === 0 ? [] : await tx`select from ${schema("complete_jobs")}(${free}::bigint[])`;
    return { removed: removed.length, running: found.length - removed.length };
  });
}

/** Of every kind of subject in this database: each has a schema of its own, for which its tasks are named. */
function ownTasks(sql: postgres.ISql): postgres.PendingQuery<postgres.Row[]> {
  return sql`array(
    select n.nspname || '_' || kind
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    cross join unnest(${OWN_TASKS}::text[]) kind
    where c.relname = 'deletion_request'
  )`;
}

/**
 * Looked for in the text first where that can be trusted: faster, and a job whose JSON jsonb can't take is in nobody's
 * way but its own person's.
 */
function contains(sql: postgres.ISql, payload: postgres.JSONValue): postgres.PendingQuery<postgres.Row[]> {
  const needle = textsOf(payload).find((text) => /^[A-Za-z0-9_-]+$/.test(text)) ?? "";
  return sql`
    case when strpos(j.payload::text, ${needle}) > 0 or ${needle} = '' then
      j.payload::jsonb operator(pg_catalog.@>) any (array[
        ${JSON.stringify(payload)}::text::jsonb, ${withLongNumbers(payload)}::text::jsonb
      ])
    else false end
  `;
}

/** As JSON in which keys that JavaScript can't hold as numbers, and that have come as texts, are numbers. */
function withLongNumbers(value: unknown): string {
  if (typeof value === "string" && /^-?[1-9]\d{15,18}$/.test(value)) return value;
  if (Array.isArray(value)) return `[${value.map(withLongNumbers).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}:${withLongNumbers(each)}`)
    .join()}}`;
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
