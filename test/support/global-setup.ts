/** Starts one PostgreSQL for a test project, makes the roles, and takes everything away at the end. */
import type { TestProject } from "vitest/node";
import type { PostgresVersion } from "./binaries.ts";
import { installRoles, removeTestDatabases } from "./cluster.ts";
import "./provided.ts";
import { startServer } from "./server.ts";

type Ground = { adminUrl: string; version: PostgresVersion | null; stop: () => Promise<void> };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const ground = await chooseGround(project.name);
  try {
    await installRoles(ground.adminUrl);
  } catch (error) {
    await ground.stop();
    throw error;
  }
  project.provide("adminUrl", ground.adminUrl);
  project.provide("postgresVersion", ground.version);
  return ground.stop;
}

async function chooseGround(projectName: string): Promise<Ground> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined) {
    return { adminUrl: given, version: null, stop: () => removeTestDatabases(given) };
  }
  if (process.env.TEST_POSTGRES === "testcontainers") return await startContainer();
  const version = projectName === "pg15" ? "15" : "18";
  // No autovacuum: its ANALYZE would come between any two statements of a test, and change what the planner knows.
  const server = await startServer(version, { settings: { autovacuum: "off" } });
  return { adminUrl: server.adminUrl, version, stop: server.stop };
}

async function startContainer(): Promise<Ground> {
  // Imported here: it takes a second to load, and most runs don't need it.
  const { PostgreSqlContainer } = await import("@testcontainers/postgresql");
  const image = process.env.TEST_POSTGRES_IMAGE ?? "postgres:18";
  const container = await new PostgreSqlContainer(image)
    .withDatabase("postgres")
    .withCommand([
      "postgres",
      "-c",
      "fsync=off",
      "-c",
      "max_connections=300",
      "-c",
      "timezone=UTC",
      "-c",
      "autovacuum=off",
    ])
    .start();
  return {
    adminUrl: container.getConnectionUri(),
    version: null,
    stop: async () => {
      await container.stop();
    },
  };
}
