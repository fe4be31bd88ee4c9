/** What the global setup hands to every test file of a project that has a database. */
import type { PostgresVersion } from "./binaries.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The superuser's URL of the database `postgres` (or of the one TEST_DATABASE_URL names). */
    adminUrl: string;
    /** The embedded version of this project; null where the server is somebody else's. */
    postgresVersion: PostgresVersion | null;
  }
}
