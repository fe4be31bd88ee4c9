/** Who may do what to whom: self, an administrator, the service, and everybody else (LT005). */
import { beforeAll, describe, expect, test } from "vitest";
import { userId } from "../../../examples/reference/people.ts";
import { seed } from "../../../examples/reference/seed.ts";
import { useDatabase } from "../../support/database.ts";
import { sqlState } from "../../support/schema-case.ts";
import { useRole } from "../../support/schema-case-role.ts";

const authenticator = useRole("authenticator", "noinherit in role app_user, app_admin, app_worker");
const clerk = useRole("clerk", "in role app_admin");
const db = useDatabase("reference");
const signedIn = (role: string, n: number) => db.as(role, { "app.user_id": userId(n) });

// Nobody of these owns an active collection (n % 3 = 0).
const [self, other, admin, byAdmin, byWorker] = [userId(4), userId(5), userId(1), userId(7), userId(8)];

beforeAll(() => seed(db.sql, { users: 20 }));

describe("app_user", () => {
  test("schedules, sees and cancels for himself", async () => {
    const me = await signedIn("app_user", 4);
    expect(await sqlState(me`select lethe.schedule_deletion(${self})`)).toBe("none");
    const [status] = await me`select (lethe.deletion_status(${self})).*`;
    expect(status).toMatchObject({ status: "scheduled", days_remaining: 14 });
    expect(await me`select lethe.is_deletion_scheduled(${self}) as yes`).toMatchObject([{ yes: true }]);
    expect(await sqlState(me`select lethe.cancel_deletion(${self})`)).toBe("none");
    expect(await me`select lethe.within_cooldown(${self}) as yes`).toMatchObject([{ yes: true }]);
  });

  const about: [string, string][] = [
    ["schedule_deletion", "select lethe.schedule_deletion($1)"],
    ["cancel_deletion", "select lethe.cancel_deletion($1)"],
    ["deletion_status", "select lethe.deletion_status($1)"],
    ["is_deletion_scheduled", "select lethe.is_deletion_scheduled($1)"],
    ["within_cooldown", "select lethe.within_cooldown($1)"],
    ["deletion_blockers", "select lethe.deletion_blockers($1)"],
    ["explain_deletion", "select lethe.explain_deletion($1)"],
  ];
  test.each(about)("%s about somebody else: LT005", async (_, statement) => {
    const me = await signedIn("app_user", 4);
    expect(await sqlState(me.unsafe(statement, [other]))).toBe("LT005");
    // Nor about nobody: whether a key exists is nobody's business.
    expect(await sqlState(me.unsafe(statement, [userId(9999)]))).toBe("LT005");
  });
  test.each(about)("%s with nobody signed in: LT005", async (_, statement) => {
    const nobody = await db.as("app_user");
    expect(await sqlState(nobody.unsafe(statement, [self]))).toBe("LT005");
  });
  test("a null subject is nobody: LT006", async () => {
    const me = await signedIn("app_user", 4);
    expect(await sqlState(me`select lethe.schedule_deletion(null)`)).toBe("LT006");
  });
  test("what the worker and administrators call is closed", async () => {
    const me = await signedIn("app_user", 4);
    expect(await sqlState(me`select lethe.execute_deletion(${self}, true)`)).toBe("42501");
    expect(await sqlState(me`select lethe.execute_due_deletions()`)).toBe("42501");
    expect(await sqlState(me`select lethe.record_failure(1, 'x')`)).toBe("42501");
    expect(await sqlState(me`select lethe.continue_deletion(1)`)).toBe("42501");
  });
});

describe("app_admin", () => {
  test("schedules others and executes early", async () => {
    const boss = await signedIn("app_admin", 1);
    await boss`select lethe.schedule_deletion(${byAdmin}, reason => 'fraud')`;
    expect(await boss`select lethe.execute_deletion(${byAdmin}, early => true) as state`).toMatchObject([
      { state: "completed" },
    ]);
    expect(
      await db.sql`select requested_by, reason from lethe.deletion_request where subject_id = ${byAdmin}`,
    ).toMatchObject([{ requested_by: admin, reason: "fraud" }]);
  });
  test("not early: LT007", async () => {
    const boss = await signedIn("app_admin", 1);
    await boss`select lethe.schedule_deletion(${userId(10)})`;
    expect(await sqlState(boss`select lethe.execute_deletion(${userId(10)})`)).toBe("LT007");
  });
  test("himself is not on the administrators' path: nobody executes their own deletion", async () => {
    const boss = await signedIn("app_admin", 1);
    await boss`select lethe.schedule_deletion(${admin})`;
    expect(await sqlState(boss`select lethe.execute_deletion(${admin}, early => true)`)).toBe("LT005");
    expect(
      await db.sql`select state, requested_by from lethe.deletion_request where subject_id = ${admin}`,
    ).toMatchObject([{ state: "scheduled", requested_by: admin }]);
    await boss`select lethe.cancel_deletion(${admin})`;
  });
  test("an administrator's role without anybody signed in is no administrator", async () => {
    const nobody = await db.as("app_admin");
    expect(await sqlState(nobody`select lethe.schedule_deletion(${other})`)).toBe("LT005");
    expect(await sqlState(nobody`select lethe.execute_deletion(${other}, early => true)`)).toBe("LT005");
  });
  test("the worker's functions are closed", async () => {
    const boss = await signedIn("app_admin", 1);
    expect(await sqlState(boss`select lethe.execute_due_deletions()`)).toBe("42501");
    expect(await sqlState(boss`select lethe.record_failure(1, 'x')`)).toBe("42501");
  });
});

describe("app_worker", () => {
  test("acts as the service, for anybody", async () => {
    const worker = await db.as("app_worker");
    await worker`select lethe.schedule_deletion(${byWorker}, grace => '0')`;
    const [done] = await worker`select * from lethe.execute_due_deletions()`;
    expect(done).toMatchObject({ executed: 1, failed: 0, blocked: 0 });
    expect(
      await db.sql`select requested_by from lethe.deletion_request where subject_id = ${byWorker}`,
    ).toMatchObject([{ requested_by: "app_worker" }]);
  });
  test("as soon as somebody is signed in, it acts for that person alone", async () => {
    const worker = await signedIn("app_worker", 4);
    expect(await sqlState(worker`select lethe.schedule_deletion(${other})`)).toBe("LT005");
  });
});

describe("SET ROLE from an authenticator that inherits nothing", () => {
  test("what counts is the role that was set", async () => {
    const login = await db.connect();
    // As a login does it: session_user is the authenticator from now on.
    await login.unsafe(`set session authorization ${authenticator}`);
    expect(await sqlState(login`select lethe.schedule_deletion(${other})`)).toBe("42501");
    await login.unsafe(`set role app_user; set app.user_id = '${userId(11)}'`);
    expect(await sqlState(login`select lethe.schedule_deletion(${other})`)).toBe("LT005");
    expect(await sqlState(login`select lethe.schedule_deletion(${userId(11)})`)).toBe("none");
    await login.unsafe(`set role app_admin; set app.user_id = '${admin}'`);
    expect(await sqlState(login`select lethe.cancel_deletion(${userId(11)})`)).toBe("none");
    await login.unsafe("set role app_worker; reset app.user_id");
    expect(await sqlState(login`select lethe.schedule_deletion(${userId(13)})`)).toBe("none");
    // Back to itself it is neither administrator nor service, though a member of both.
    await login.unsafe(`reset role; set app.user_id = '${admin}'`);
    expect(await sqlState(login`select lethe.cancel_deletion(${userId(13)})`)).toBe("42501");
    await login.unsafe("reset session authorization");
  });
});

test("a login of its own that inherits app_admin is an administrator", async () => {
  const login = await db.connect();
  await login.unsafe(`set session authorization ${clerk}; set app.user_id = '${admin}'`);
  expect(await sqlState(login`select lethe.schedule_deletion(${userId(14)})`)).toBe("none");
  await login.unsafe("reset session authorization");
});
