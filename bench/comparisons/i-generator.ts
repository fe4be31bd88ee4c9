/** How long the generator takes for schemas of many tables: reading the catalog, drafting, generating, applying. */
import type postgres from "postgres";
import { validateAnnotation } from "../../generator/annotation/schema.ts";
import { readCatalog } from "../../generator/catalog/read.ts";
import { draft } from "../../generator/draft/draft.ts";
import { renderDraft } from "../../generator/draft/render.ts";
import { emit } from "../../generator/emit/emit.ts";
import { content, keep, pii, session, subject } from "../../generator/index.ts";
import { plan } from "../../generator/plan/plan.ts";
import { apply, type Erasure, terms } from "../../test/support/schema-case.ts";
import type { Comparison, Context, Figure } from "../comparison.ts";
import { median, timed } from "../measure.ts";
import { connect } from "../server.ts";

const STEPS = ["read the catalog", "draft the annotation (init)", "generate", "apply the migration"] as const;

export const generator: Comparison = {
  letter: "i",
  title: "the generator, by number of tables",
  run: async (context) => {
    const figures: Figure[] = [];
    for (const tables of context.sizes.tables) figures.push(...(await figuresOf(context, tables)));
    return figures;
  },
};

async function figuresOf({ server, sizes, log }: Context, tables: number): Promise<Figure[]> {
  const times: number[][] = STEPS.map(() => []);
  let bytes = 0;
  for (let round = 0; round < Math.min(3, sizes.rounds); round++) {
    const name = "bench_generator";
    const sql = connect(await server.create(name));
    try {
      for (const statement of schemaOf(tables)) await sql.unsafe(statement);
      bytes = await oneRound(sql, tables, times);
    } finally {
      await sql.end();
      await server.drop(name);
    }
  }
  log(`${tables} tables`);
  const about = `${tables} tables`;
  const steps = STEPS.map((step, index) => ({
    case: about,
    figure: `${step}, ms`,
    value: median(times[index] ?? []),
  }));
  return [...steps, { case: about, figure: "size of the migration, KB", value: bytes / 1024 }];
}

async function oneRound(sql: postgres.Sql, tables: number, times: number[][]): Promise<number> {
  const step = async <T>(index: number, work: () => T | Promise<T>): Promise<T> => {
    let result: T | undefined;
    const time = await timed(async () => {
      result = await work();
    });
    times[index]?.push(time);
    return result as T;
  };
  const catalog = await step(0, () => readCatalog(sql, { letheSchema: "lethe" }));
  await step(1, () => renderDraft(draft(catalog, "public.users")));
  const migration = await step(2, () => {
    const { annotation, findings } = validateAnnotation(erasureOf(tables));
    if (annotation === null) throw new Error(findings.map((each) => each.message).join("\n"));
    const made = plan(annotation, catalog);
    if (made.plan === null) throw new Error(made.findings.map((each) => each.message).join("\n"));
    return emit(made.plan);
  });
  await step(3, () => apply(sql, migration));
  return Buffer.byteLength(migration);
}

/** People, and tables of theirs: a tenth of them sessions, the others content. */
function schemaOf(tables: number): string[] {
  const created = Array.from({ length: tables - 1 }, (_, index) => {
    const name = `table_${index}`;
    return `
      create table ${name} (
        id bigint generated always as identity primary key, user_id uuid not null references users,
        title text, body text, note varchar(200), created_at timestamptz not null default now()
      );
      create index on ${name} (user_id);
    `;
  });
  return ["create table users (id uuid primary key, email text not null unique, name text)", ...created];
}

function erasureOf(tables: number): Erasure {
  const columns = { title: pii.null(), body: pii.null(), note: pii.null(), created_at: keep() };
  const others = Array.from({ length: tables - 1 }, (_, index) => [
    `table_${index}`,
    index % 10 === 0 ? session() : content({ columns }),
  ]);
  return {
    ...terms,
    access: { ...terms.access, currentUser: "nullif(current_setting('app.user_id', true), '')::uuid" },
    tables: {
      users: subject({ key: "id", columns: { id: keep(), email: pii.email(), name: pii.null() } }),
      ...Object.fromEntries(others),
    },
  };
}
