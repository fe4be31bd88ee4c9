/** Databases with so many people stored, each made once a run and then copied. */
import { peopleOf, seed } from "./application/seed.ts";
import type { Shape } from "./application/tables.ts";
import { type BenchServer, connect } from "./server.ts";

export interface Stored {
  database: string;
  /** Keys, in an order that has nothing to do with where the rows lie. */
  people: string[];
}

const made = new Map<string, Stored>();

export async function stored(server: BenchServer, shape: Shape, users: number): Promise<Stored> {
  const database = `bench_${shape === "sign-in" ? "sign_in" : "content"}_${users}`;
  const there = made.get(database);
  if (there !== undefined) return there;
  const sql = connect(await server.create(database));
  try {
    await seed(sql, shape, users);
    const template = { database, people: await peopleOf(sql, Math.min(users, 200_000)) };
    made.set(database, template);
    return template;
  } finally {
    await sql.end();
  }
}
