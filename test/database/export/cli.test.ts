/** `lethe explain`, `lethe export` and `lethe status` on a database, as a person runs them. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emailOf, personalMarkers, userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { lethe as runLethe } from "../../support/cli.ts";
import { useDatabase } from "../../support/database.ts";
import { schedule } from "../../support/scenario.ts";

const db = useDatabase("reference");
const folder = mkdtempSync(join(tmpdir(), "lethe-export-"));
afterAll(() => rmSync(folder, { recursive: true }));

const lethe = (...args: string[]) => runLethe(folder, args, db.url);

beforeAll(async () => {
  await seed(db.sql, { users: 12 });
});

describe("lethe export", () => {
  test("to standard output: what the function says", async () => {
    const { code, out, err } = await lethe("export", userId(5));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const [row] = await db.sql`select lethe.export_subject(${userId(5)}) as data`;
    expect(JSON.parse(out)).toEqual(row?.data);
    expect(out).toContain(emailOf(5));
  });
  test("to a file that nobody else can read, and never over one", async () => {
    expect(await lethe("export", userId(5), "-o", "five.json")).toEqual({
      code: 0,
      out: "wrote five.json\n",
      err: "",
    });
    expect(statSync(join(folder, "five.json")).mode & 0o777).toBe(0o600);
    expect(Object.keys(JSON.parse(readFileSync(join(folder, "five.json"), "utf8")))).toContain(
      "public.comments",
    );
    const again = await lethe("export", userId(5), "-o", "five.json");
    expect(again).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("five.json can't be written (EEXIST)"),
    });
  });
  test.each([
    ["00000000-0000-0000-0000-000000000000", /there is no such subject \(LT006\)\n {2}check the key/],
    ["somebody", /the subject's key is not of the key's type \(22P02\)\n {2}give the value/],
  ])("%s: in words, exit code 2", async (key, words) => {
    for (const command of ["export", "explain"]) {
      const { code, out, err } = await lethe(command, key);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toMatch(words);
    }
  });
  test("where Lethe isn't installed", async () => {
    const { code, err } = await lethe("export", userId(5), "--schema", "nowhere");
    expect(code).toBe(2);
    expect(err).toMatch(/not installed in schema nowhere \(3F000\)/);
  });
});

describe("lethe explain", () => {
  test("what would happen, what stays and why; no value of anybody's", async () => {
    const { code, out, err } = await lethe("explain", userId(5));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^strategy: anonymize\nstatus: not_scheduled\n\nin the way: nothing\n/);
    expect(out).toMatch(/public\.comments +│ transform +│ +3 +│ content, owner author_id/);
    expect(out).toMatch(
      /public\.invoices +│ +9 +│ retained \(legal_obligation\) for 7 years since issued_at/,
    );
    expect(out).toContain("estimated time: under a second for ");
    for (const marker of personalMarkers(5)) expect(out).not.toContain(marker);
  });
  test("as data: the same rows as the functions count", async () => {
    const { out } = await lethe("explain", userId(5), "--strategy", "hard_delete", "--json");
    const explained = JSON.parse(out) as { operations: { table: string; rows: number }[]; refused: null };
    const lines = await db.sql`
      select table_name as "table", action, rows::integer, reason from lethe.explain_deletion(${userId(5)}, 'hard_delete')
    `;
    expect(explained).toMatchObject({
      strategy: "hard_delete",
      refused: null,
      blockers: [{ code: "property_listings", blocking: false }],
    });
    expect(explained.operations).toEqual([...lines]);
  });
  test("what blocks", async () => {
    const { code, out } = await lethe("explain", userId(6));
    expect(code).toBe(0);
    expect(out).toMatch(/in the way:\n[\s\S]*collections +│ owns 1 active collections +│ +1/);
  });
  test("a strategy that there is not", async () => {
    expect(await lethe("explain", userId(5), "--strategy", "shred")).toMatchObject({ code: 2, out: "" });
  });
});

describe("lethe status", () => {
  test("counts, what is overdue and why, what is to come; people only where asked for", async () => {
    expect((await lethe("status")).out).toMatch(
      /^requests: 0 scheduled, 0 executing, 0 erased, 0 completed, 0 cancelled\nworker: up to date\noverdue: 0,/,
    );
    const coming = await schedule(db.sql, userId(1));
    const failed = await schedule(db.sql, userId(2), { grace: "0" });
    const late = await schedule(db.sql, userId(4), { grace: "0" });
    await db.sql`
      update lethe.deletion_request
      set attempts = 3, next_attempt_at = now() + interval '1 hour', last_error = '23503 public.comments'
      where id = ${failed.request_id}
    `;
    await db.sql`
      update lethe.deletion_request
      set scheduled_for = now() - interval '3 days', due_by = now() - interval '1 day'
      where id = ${late.request_id}
    `;
    const { code, out } = await lethe("status");
    expect(code).toBe(0);
    expect(out).toMatch(/^requests: 3 scheduled, 0 executing/);
    expect(out).toMatch(/worker: 3 d behind\noverdue: 2, of them failed: 1, past the legal month: 1\n/);
    expect(out).toMatch(new RegExp(`#${late.request_id} .*\\(missed\\).*3 d .*waits for the worker`));
    expect(out).toMatch(new RegExp(`#${failed.request_id} .*failed .*3 .*23503 public\\.comments`));
    expect(out).toMatch(new RegExp(`to come:\\n[^]*#${coming.request_id} `));
    for (const n of [1, 2, 4]) expect(out).not.toContain(userId(n));
    const named = await lethe("status", "--subjects");
    for (const n of [1, 2, 4]) expect(named.out).toContain(userId(n));
    const data = JSON.parse((await lethe("status", "--json", "--limit", "1")).out);
    expect(data).toMatchObject({
      states: { scheduled: 3, cancelled: 0 },
      overdueCount: 2,
      failedCount: 1,
      pastDueByCount: 1,
      overdue: [{ request: Number(late.request_id), past_due_by: true }],
      pending: [{ request: Number(coming.request_id) }],
    });
    expect(data.overdue).toHaveLength(1);
    expect(data.overdue[0]).not.toHaveProperty("subject");
  });

  test("how far an erasure in steps is", async () => {
    const { request_id } = await schedule(db.sql, userId(7), { grace: "0" });
    await db.sql`update lethe.deletion_request set state = 'executing', chunk = 1000, erased = ${db.sql.json({ anonymize: { "public.events transform": 2000, "public.posts transform": 500 } })} where id = ${request_id}`;
    await db.sql`insert into lethe.found_rows (request_id, operation, places) values (${request_id}, 1, '{"(0,1)","(0,2)"}')`;
    const { out } = await lethe("status");
    expect(out).toMatch(new RegExp(`in steps:\\n[^]*#${request_id} .* 2,?500 .* 2 .* 1,?000`));
    expect(out).not.toContain(userId(7));
    expect((await lethe("status", "--subjects")).out).toContain(userId(7));
    expect(JSON.parse((await lethe("status", "--json")).out).inSteps).toEqual([
      { request: Number(request_id), begun_at: null, rows_erased: 2500, rows_found: 2, rows_a_step: 1000 },
    ]);
  });
});
