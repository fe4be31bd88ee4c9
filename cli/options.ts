/** Options that several commands take, each described once. */
import { dirname, join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { UsageError } from "../generator/errors.ts";

export const configOption = (): Option =>
  new Option("-c, --config <file>", "the annotation file").default("lethe.schema.ts");

export const catalogOption = (): Option =>
  new Option(
    "--catalog <file>",
    "the catalog snapshot (default: lethe.catalog.json beside the annotation file)",
  );

export const databaseOption = (): Option =>
  new Option("-d, --database-url <url>", "the database (default: $DATABASE_URL)");

export const schemaOption = (): Option =>
  new Option("--schema <name>", "Lethe's SQL schema").default("lethe");

export const jsonOption = (): Option => new Option("--json", "print JSON, for programs");

export interface FileOptions {
  config: string;
  catalog?: string;
}

export function filesOf(options: FileOptions): { config: string; catalog: string } {
  const { config } = options;
  return { config, catalog: options.catalog ?? join(dirname(config), "lethe.catalog.json") };
}

/** @throws UsageError where neither the option nor the environment names a database */
export function databaseUrl(options: { databaseUrl?: string }): string {
  const url = options.databaseUrl ?? process.env.DATABASE_URL;
  if (url === undefined || url === "") {
    throw new UsageError("no database is named", "give --database-url, or set DATABASE_URL");
  }
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new UsageError(
      "the database URL doesn't begin with postgres://",
      "write postgres://user:password@host:5432/database",
    );
  }
  return url;
}

/** For options that take a whole number above 0. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It must be a whole number above 0.");
  return Number(text);
}

/** For options that take a number, such as 0, 0.5 or 2. */
export function notNegative(text: string): number {
  if (!/^\d{1,3}(\.\d{1,3})?$/.test(text))
    throw new InvalidArgumentError("It must be a number from 0 to 999.");
  return Number(text);
}
