/** The demo's own PostgreSQL with the reference application in it, and ways to speak to it as different people. */
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { generate } from "../../generator/generate.ts";
import { adminClient, urlOfDatabase } from "../../test/support/cluster.ts";
import { applyCommittedMigrations, installGraphileWorker } from "../../test/support/reference-template.ts";
import { startServer } from "../../test/support/server.ts";
import { seed } from "../reference/seed.ts";
import { everybody, firstName, type Person, settle, USERS } from "./cast.ts";
import { claim } from "./claim.ts";
import { refusal, statement } from "./terminal.ts";

/** Who sends a statement: a database role, and perhaps a person whom the application has signed in. */
export type Caller = { role: "app_user" | "app_admin" | "owner"; person?: Person };

export type Row = Record<string, unknown>;

export type World = {
  /** For the worker. */
  url: string;
  /** The owner's client, for what the demo itself looks up. */
  sql: postgres.Sql;
  /**
   * Shows a statement and sends it. `:'marta'` in it stands for Marta's key, as a psql variable would;
   * further values by name.
   */
  ask<T extends object = Row>(caller: Caller, sql: string, values?: Record<string, string>): Promise<T[]>;
  /** The same for a statement that must be refused with this SQLSTATE; shows the refusal. */
  refused(
    caller: Caller,
    sql: string,
    code: string,
    values?: Record<string, string>,
  ): Promise<postgres.PostgresError>;
  /** Ends connections and server, and removes the data. */
  close(): Promise<void>;
};

const DATABASE = "marketplace";

export async function openWorld(): Promise<World> {
  const server = await startServer();
  const clients = new Map<string, postgres.Sql>();
  const url = urlOfDatabase(server.adminUrl, DATABASE);

  const clientOf = ({ role, person }: Caller): postgres.Sql => {
    const name = `${role} ${person?.id}`;
    const connection = {
      ...(role === "owner" ? {} : { role }),
      ...(person ? { "app.user_id": person.id } : {}),
    };
    const client = clients.get(name) ?? postgres(url, { max: 1, connection, onnotice: () => {} });
    clients.set(name, client);
    return client;
  };
  const send = async <T extends object>(caller: Caller, text: string, values: Record<string, string>) => {
    const { sql, parameters } = bind(text, values);
    return [...(await clientOf(caller).unsafe<T[]>(sql, parameters))];
  };
  const close = async () => {
    await Promise.all([...clients.values()].map((client) => client.end({ timeout: 1 })));
    await server.stop();
  };

  try {
    const admin = adminClient(server.adminUrl);
    await admin`create database ${admin(DATABASE)}`;
    await admin.end();
    await applyCommittedMigrations(url, server.adminUrl);
    await installGraphileWorker(url);
    await addEffects(clientOf({ role: "owner" }));
    const sql = clientOf({ role: "owner" });
    await seed(sql, { users: USERS });
    await settle(sql);
    return {
      url,
      sql,
      ask: async (caller, text, values = {}) => {
        statement(describe(caller), text);
        return await send(caller, text, values);
      },
      refused: async (caller, text, code, values = {}) => {
        statement(describe(caller), text);
        const error = await send(caller, text, values).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined && !(error instanceof postgres.PostgresError)) throw error;
        if (error) refusal(error);
        claim(`Refused, with SQLSTATE ${code}.`, error?.code ?? "no error", code);
        return error as postgres.PostgresError;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The reference application with its services: the migration that the demo's own annotation asks for. */
async function addEffects(sql: postgres.Sql): Promise<void> {
  const config = fileURLToPath(new URL("lethe.schema.ts", import.meta.url));
  const catalog = fileURLToPath(new URL("../../lethe.catalog.json", import.meta.url));
  const { sql: migration } = await generate({ config, catalog });
  await sql.begin((tx) => tx.unsafe(migration));
}

/** `:'marta'` → `$1`: the statement that is shown is the statement that is sent. */
function bind(text: string, values: Record<string, string>): { sql: string; parameters: string[] } {
  const keys = Object.fromEntries(everybody.map((person) => [person.variable, person.id]));
  const known: Record<string, string> = { ...keys, ...values };
  const names: string[] = [];
  const sql = text.replace(/:'(\w+)'/g, (_, name: string) => {
    if (known[name] === undefined)
      throw new Error(`nothing is called :'${name}'; the values are of ${Object.keys(known)}`);
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { sql, parameters: names.map((name) => known[name] ?? "") };
}

function describe({ role, person }: Caller): string {
  if (role === "owner") return "the owner of the tables";
  return `${role}, ${person ? firstName(person) : "nobody"} signed in`;
}
