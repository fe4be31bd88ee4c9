/** Where a library's tables are: their keys in `tables`, and their names in SQL. */
import { qualified } from "../../../quote.ts";
import type { SubjectResult, TableDecision } from "../../input.ts";

export interface SchemaOption {
  /** The PostgreSQL schema of the tables. Default: "public", and the keys are the tables' names alone. */
  schema?: string;
}

/** Decisions by table, ready to be spread; the person's own is known by its name, so that columns can be added to it. */
export type AuthTables<Person extends string> = Record<string, TableDecision> & Record<Person, SubjectResult>;

export function naming({ schema }: SchemaOption): {
  key(table: string): string;
  sql(table: string): string;
} {
  return {
    key: (table) => (schema === undefined ? table : `${schema}.${table}`),
    sql: (table) => qualified(schema ?? "public", table),
  };
}
