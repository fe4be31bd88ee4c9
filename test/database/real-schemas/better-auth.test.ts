/**
 * better-auth as it comes: its own migrations, its own API, and people who leave and come back as somebody new. Twice:
 * with accounts that are moved aside during grace, and with the guard alone.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { betterAuthErasure } from "../../support/real-schemas/better-auth.erasure.ts";
import { type Auth, migrateBetterAuth, openAuth } from "../../support/real-schemas/better-auth.ts";
import {
  allRows,
  changesBetween,
  foretold,
  type Rows,
  rowsWith,
  rowsWithout,
} from "../../support/real-schemas/rows.ts";
import { installLethe, sqlState } from "../../support/schema-case.ts";

const PASSWORD = "correct horse battery staple";

const cases = [
  {
    strategy: "anonymize",
    suspend: "move" as const,
    // The password has been moved aside, so there is none that would be right.
    refused: { body: { code: "INVALID_EMAIL_OR_PASSWORD" } },
  },
  {
    strategy: "hard_delete",
    suspend: undefined,
    // The password is right, and the guard refuses the session: the driver's error comes through.
    refused: { code: "LT010" },
  },
];

describe.each(cases)("$strategy", ({ strategy, suspend, refused }) => {
  const db = useDatabase("empty");
  let auth: Auth;
  let id = "";
  let oldSession: Headers;
  let before: Rows;
  let others: string[] = [];
  let forecast: Awaited<ReturnType<typeof foretold>>;

  beforeAll(async () => {
    await migrateBetterAuth(db);
    await installLethe(db.sql, betterAuthErasure(suspend));
    auth = openAuth(db);
    const bea = await auth.live("Bea", PASSWORD);
    const organization = await auth.host(bea.headers, "Hosts");
    await auth.invite(bea.headers, organization, "Ada");
    const ada = await auth.live("Ada", PASSWORD);
    await auth.join(ada, organization);
    id = ada.id;
    oldSession = ada.headers;
    before = await allRows(db.sql);
    others = rowsWithout(before, [id, ...markers("Ada")]);
    forecast = await foretold(db.sql, id, strategy);
  });
  afterAll(() => auth.close());

  const signIn = (name: string) =>
    auth.api.signInEmail({ body: { email: address(name), password: PASSWORD } });
  const sessions = async () => (await db.sql`select from session where "userId" = ${id}`).length;
  const schedule = async () => {
    const app = await db.as("app_user", { "app.user_id": id });
    await app`select lethe.schedule_deletion(${id}, ${strategy})`;
  };

  test("nothing of the person is missing from what is to be erased", () => {
    const holding = Object.keys(forecast).sort();
    const tables = [
      "account",
      "invitation",
      "member",
      "session",
      "teamMember",
      "twoFactor",
      "user",
      "verification",
    ];
    expect(holding).toEqual(tables.map((each) => `public.${each}`));
    expect(others.length).toBeGreaterThan(8);
  });

  test("on request the person's sessions and codes are gone", async () => {
    await schedule();
    expect(await auth.api.getSession({ headers: oldSession })).toBeNull();
    const rows = await allRows(db.sql);
    for (const gone of ["public.session", "public.verification"])
      expect(rowsWith(only(rows, gone), [id, address("Ada")])).toEqual([]);
  });

  test("sign-in is refused through better-auth's own API, and leaves no session", async () => {
    await expect(signIn("Ada")).rejects.toMatchObject(refused);
    expect(await sessions()).toBe(0);
    // Over HTTP it prints what it doesn't know, and says nothing of it to the browser.
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    const response = await auth.handler(
      new Request("http://localhost:3000/api/auth/sign-in/email", {
        method: "POST",
        headers: { "content-type": "application/json", origin: "http://localhost:3000" },
        body: JSON.stringify({ email: address("Ada"), password: PASSWORD }),
      }),
    );
    printed.mockRestore();
    expect(response.status).toBe(suspend === "move" ? 401 : 500);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await response.text()).not.toContain(id);
    expect(await sessions()).toBe(0);
  });

  test("so are the ways round: codes by mail, a new password, another account, the same address again", async () => {
    const email = address("Ada");
    const sent = auth.outbox.length;
    const states = await Promise.all([
      sqlState(auth.api.sendVerificationOTP({ body: { email, type: "sign-in" } })),
      sqlState(auth.api.requestPasswordReset({ body: { email } })),
      sqlState(auth.link(id, "gitlab", "Ada")),
    ]);
    expect(states).toEqual(["LT010", "LT010", "LT010"]);
    expect(auth.outbox).toHaveLength(sent);
    const again = auth.api.signUpEmail({ body: { email, password: PASSWORD, name: "Ada again" } });
    await expect(again).rejects.toMatchObject({ body: { code: "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL" } });
  });

  test("cancelled, the person signs in as before", async () => {
    await db.sql`select lethe.cancel_deletion(${id})`;
    expect((await signIn("Ada")).user.id).toBe(id);
    expect(rowsWith(only(await allRows(db.sql), "public.account"), [id])).toEqual(
      rowsWith(only(before, "public.account"), [id]),
    );
    await db.sql`delete from session where "userId" = ${id}`;
    await db.sql`update lethe.deletion_request set cancelled_at = cancelled_at - interval '25 hours'`;
    await schedule();
  });

  test("executed: what explain foretold, nothing left, everybody else as before to the byte", async () => {
    await db.sql`select lethe.execute_deletion(${id}, early => true)`;
    const after = await allRows(db.sql);
    expect(changesBetween(before, after)).toEqual(forecast);
    expect(rowsWithout(after, [id, ...markers("Ada")])).toEqual(others);
    expect(rowsWith(await allRows(db.sql, { lethe: true }), markers("Ada"))).toEqual([]);
    expect(rowsWith(after, [id])).toHaveLength(strategy === "anonymize" ? 1 : 0);
  });

  test("the address is free: signed up anew, somebody new; the other one still signs in", async () => {
    await expect(signIn("Ada")).rejects.toMatchObject({ body: { code: "INVALID_EMAIL_OR_PASSWORD" } });
    const anew = await auth.api.signUpEmail({
      body: { email: address("Ada"), password: PASSWORD, name: "Ada Anew" },
    });
    expect(anew.user.id).not.toBe(id);
    expect((await signIn("Ada")).user.id).toBe(anew.user.id);
    expect((await signIn("Bea")).user.email).toBe(address("Bea"));
  });

  test("the only owner of an organization is told so", async () => {
    const [bea] = await db.sql`select id from "user" where email = ${address("Bea")}`;
    const blockers = await db.sql`select message from lethe.deletion_blockers(${bea?.id})`;
    expect(blockers).toMatchObject([{ message: "is the only owner of 1 organizations" }]);
    expect(await sqlState(db.sql`select lethe.schedule_deletion(${bea?.id})`)).toBe("LT003");
  });
});

const address = (name: string) => `${name.toLowerCase()}@example.org`;
/** Values that can be nobody else's. */
const markers = (name: string) => [
  `${name} Marker`,
  address(name),
  `img/${name}`,
  `github-${name}`,
  `token-${name}`,
];
const only = (rows: Rows, table: string): Rows => new Map([[table, rows.get(table) ?? new Map()]]);
