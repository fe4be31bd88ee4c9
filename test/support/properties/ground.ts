/**
 * Where cases run: one after the other in a database, which is replaced every few cases. Each case creates and drops
 * some hundred objects, and a catalog full of dead rows makes the next one several times as slow.
 */
import postgres from "postgres";
import { createDatabase, type Database } from "../database.ts";

const CASES = 8;

export interface Ground {
  /** A client for the next case. */
  next(): Promise<postgres.Sql>;
  end(): Promise<void>;
}

export function makeGround(): Ground {
  let database: Database | undefined;
  let sql: postgres.Sql | undefined;
  let used = 0;
  const end = async () => {
    await sql?.end();
    await database?.drop();
    [sql, database] = [undefined, undefined];
  };
  const begin = async (): Promise<postgres.Sql> => {
    await end();
    database = await createDatabase("empty");
    // Not prepared: from case to case the same statement is about other types.
    const connection = { TimeZone: "UTC" };
    sql = postgres(database.url, {
      max: 1,
      prepare: false,
      onnotice: () => {},
      connection,
      max_lifetime: null,
    });
    used = 1;
    return sql;
  };
  return { next: async () => (sql === undefined || used++ >= CASES ? begin() : sql), end };
}
