/** A connection for one command, and its failures in words. The URL is never printed: it may hold a password. */
import postgres from "postgres";
import { UsageError } from "../generator/errors.ts";

/** @throws UsageError where the database can't be reached or doesn't let this role read what is asked */
export async function withDatabase<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  let sql: postgres.Sql | undefined;
  try {
    sql = postgres(url, {
      max: 1,
      connect_timeout: 10,
      onnotice: () => {},
      connection: { application_name: "lethe" },
    });
    return await work(sql);
  } catch (error) {
    throw error instanceof UsageError ? error : inWords(error);
  } finally {
    await sql?.end({ timeout: 2 });
  }
}

const CONNECTION: Record<string, string> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no such host",
  ETIMEDOUT: "no answer in time",
  CONNECT_TIMEOUT: "no answer in time",
  ERR_INVALID_URL: "the URL is malformed",
  "28P01": "the password is wrong",
  "28000": "the server refuses this user",
  "3D000": "there is no such database",
};

function inWords(error: unknown): Error {
  const code = (error as { code?: unknown } | null)?.code;
  const known = typeof code === "string" ? CONNECTION[code] : undefined;
  if (known !== undefined) {
    return new UsageError(
      `the database can't be reached: ${known} (${String(code)})`,
      "check --database-url or DATABASE_URL",
    );
  }
  if (error instanceof postgres.PostgresError) {
    return new UsageError(
      `the database refuses: ${error.message} (${error.code})`,
      "connect as the owner of the tables",
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}
