/** Questions to an installed Lethe, and its refusals in words. No message repeats a value from a row. */
import postgres from "postgres";
import { UsageError } from "../generator/errors.ts";

/** @throws UsageError where Lethe refuses, isn't there, or the subject's key is not one */
export async function ask<T>(schema: string, question: () => PromiseLike<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw (error instanceof postgres.PostgresError && inWords(error, schema)) || error;
  }
}

/** The answer, or null where this role may not put the question. */
export async function askIfAllowed<T>(schema: string, question: () => PromiseLike<T>): Promise<T | null> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === "42501") return null;
    throw (error instanceof postgres.PostgresError && inWords(error, schema)) || error;
  }
}

function inWords(error: postgres.PostgresError, schema: string): UsageError | null {
  switch (error.code) {
    case "LT005":
      return new UsageError(
        `not allowed: ${error.message} (LT005)`,
        "connect as one of access.worker, or as the owner of Lethe's schema",
      );
    case "LT016":
      return new UsageError(`${error.message} (LT016)`, error.hint ?? "lethe status shows how it stands");
    case "LT006":
      return unknownSubject();
    case "22023":
      return new UsageError(error.message, "name one of the annotation's strategies");
    case "22P02":
    case "22003":
    case "22001":
      return new UsageError(
        `the subject's key is not of the key's type (${error.code})`,
        "give the value of the key column, such as the id",
      );
    case "3F000":
    case "42P01":
    case "42883":
      return new UsageError(
        `Lethe, or this version of it, is not installed in schema ${schema} (${error.code})`,
        "apply the migration that `lethe generate` writes, or name the schema with --schema",
      );
    default:
      return null;
  }
}

export function unknownSubject(): UsageError {
  return new UsageError(
    "there is no such subject (LT006)",
    "check the key; after hard_delete there is no row left",
  );
}
