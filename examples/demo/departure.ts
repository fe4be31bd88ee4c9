/** What is written down of a person before their deletion, to be compared with what is there after it. */
import type { Person } from "./cast.ts";
import { ownedRows, PARTS, type Part, personalValues, type Rows, TABLES } from "./life.ts";
import { type Fingerprint, fingerprintOfOthers, type Search, searchEverywhere } from "./proof.ts";
import type { World } from "./world.ts";

export type Departure = {
  person: Person;
  request: string;
  /** Their rows before, part by part. */
  before: { part: Part; rows: Rows }[];
  /** Everybody else's rows before, table by table. */
  others: { table: string; ids: string[]; fingerprint: Fingerprint }[];
  /** Where their personal values were before. */
  search: Search;
};

/** Takes stock of a person who is still there. */
export async function takeStock({ sql }: World, person: Person): Promise<Omit<Departure, "request">> {
  const before: Departure["before"] = [];
  for (const part of PARTS) before.push({ part, rows: await ownedRows(sql, part, person) });

  const others: Departure["others"] = [];
  for (const table of TABLES) {
    const ids = before.filter(({ part }) => part.table === table).flatMap(({ rows }) => [...rows.keys()]);
    others.push({ table, ids, fingerprint: await fingerprintOfOthers(sql, table, ids) });
  }
  return { person, before, others, search: await searchEverywhere(sql, await personalValues(sql, person)) };
}
