/**
 * Lethe writes down every object it adds to the application's schemas (`lethe.object`). What is written there is
 * no part of the snapshot, and nothing else is left out: an object that merely looks like Lethe's is the team's.
 */
import { UsageError } from "../errors.ts";
import { type Reading, runQuery } from "./queries/run.ts";

/** Says whether Lethe has recorded an object, by its name in the form of `lethe.object`. */
export type IsOwn = (recordedName: string) => boolean;

/** Reads the record, which is empty where Lethe isn't installed. A second Lethe, for another kind of subject, counts too. */
export async function readOwnObjects(tx: Reading, letheSchema: string): Promise<IsOwn> {
  const names = new Set<string>();
  for (const { relation } of await runQuery<{ relation: string }>(tx, "own_table.sql", letheSchema))
    for (const row of await readNames(tx, relation)) names.add(bare(row.name));
  return (name) => names.has(bare(name));
}

async function readNames(tx: Reading, relation: string): Promise<{ name: string }[]> {
  try {
    return await tx.unsafe<{ name: string }[]>(`select name::text as name from ${relation}`);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "42501")) throw error;
    throw new UsageError(
      `this role may not read ${relation}, where Lethe lists its own objects`,
      "connect as the owner of Lethe's schema",
    );
  }
}

/**
 * Which words need quotes differs between versions of PostgreSQL (json_table does since 17), so a name is
 * compared without the quotes that only a keyword needs.
 */
function bare(name: string): string {
  return name.replaceAll(/"([a-z_][a-z0-9_$]*)"/g, "$1");
}
