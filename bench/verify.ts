/** Who is fast because he leaves something undone isn't compared: every side's work is looked over afterwards. */
import type postgres from "postgres";
import type { Job, Rival } from "./rivals/rival.ts";

/** @throws where anything of these people is left that the job was to erase */
export async function requireErased(
  sql: postgres.Sql,
  people: string[],
  { shape, way, rival }: Job & { rival: Rival },
): Promise<void> {
  const theirs = (owner: string) => `${owner} = any($1)`;
  const gone = ["sessions", "tokens", "accounts", "mfa_credentials"].map((table) => [
    table,
    theirs("user_id"),
  ]);
  const left =
    way === "hard_delete"
      ? [["users", theirs("id")]]
      : [
          [
            "users",
            `${theirs("id")} and (email like 'person-%' or coalesce(name, phone, hashed_password) is not null)`,
          ],
        ];
  if (shape === "content")
    left.push(
      ["posts", theirs("author_id") + (way === "hard_delete" ? "" : " and body <> '[deleted]'")],
      [
        "events",
        theirs("user_id") + (way === "hard_delete" ? "" : " and (ip is not null or payload ? 'email')"),
      ],
    );
  for (const [table, where] of [...gone, ...left]) {
    const [row] = await sql.unsafe(`select count(*)::int as rows from ${table} where ${where}`, [people]);
    if (row?.rows !== 0) throw new Error(`${rival.name} has left ${row?.rows} rows of ${table} unerased`);
  }
}
