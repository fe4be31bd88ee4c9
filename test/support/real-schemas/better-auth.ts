/** better-auth with its own migrations and its own API, connected as the application's role; nothing goes outside. */
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { emailOTP, organization, twoFactor } from "better-auth/plugins";
import pg from "pg";
import type { Database } from "../database.ts";

/** What would have been sent by mail. */
type Mail = { to: string; secret: string };
/** Somebody signed in: the key, and the headers of a browser that holds the session. */
type Person = { id: string; headers: Headers };

export type Auth = ReturnType<typeof openAuth>;

/** Its own migrations, applied as the owner; then what its role needs, and the indexes that Lethe asks for (L025). */
export async function migrateBetterAuth(db: Database): Promise<void> {
  const pool = new pg.Pool({ connectionString: db.url, max: 1 });
  try {
    const { runMigrations } = await getMigrations(optionsOf(pool, []));
    await runMigrations();
  } finally {
    await pool.end();
  }
  await db.sql`create index on invitation ("inviterId")`;
  await db.sql`create index on verification (value)`;
  await db.sql`grant select, insert, update, delete on all tables in schema public to app_user`;
}

/** The application as it runs: a pool that acts as app_user, and what people do through the API. */
export function openAuth(db: Database) {
  const outbox: Mail[] = [];
  const pool = new pg.Pool({ connectionString: db.url, max: 4, options: "-c role=app_user" });
  const { api, handler, $context } = betterAuth(optionsOf(pool, outbox));

  /** What the callback of an OAuth provider does once the provider has answered. */
  const link = async (userId: string, providerId: string, name: string) => {
    const { internalAdapter } = await $context;
    const tokens = {
      accessToken: `token-${name}`,
      refreshToken: `token-${name}-refresh`,
      scope: "user:email",
    };
    await internalAdapter.linkAccount({ userId, providerId, accountId: `${providerId}-${name}`, ...tokens });
  };

  /** Signs up, signs in, and leaves a row wherever the core and the second factor keep one. */
  const live = async (name: string, password: string): Promise<Person> => {
    const email = `${name.toLowerCase()}@example.org`;
    const image = `https://example.org/img/${name}`;
    await api.signUpEmail({ body: { email, password, name: `${name} Marker`, image } });
    const { headers: answer, response } = await api.signInEmail({
      body: { email, password },
      returnHeaders: true,
    });
    const cookies = answer.getSetCookie().map((each) => each.split(";")[0]);
    const headers = new Headers({ cookie: cookies.join("; ") });
    const { internalAdapter } = await $context;
    await internalAdapter.updateUser(response.user.id, { emailVerified: true });
    await link(response.user.id, "github", name);
    await api.enableTwoFactor({ headers, body: { password } });
    await api.requestPasswordReset({ body: { email } });
    await api.sendVerificationOTP({ body: { email, type: "sign-in" } });
    return { id: response.user.id, headers };
  };

  /** An organization with a team, owned by whoever is signed in. */
  const host = async (headers: Headers, name: string): Promise<string> => {
    const made = await api.createOrganization({ headers, body: { name, slug: name.toLowerCase() } });
    return made.id;
  };

  const invite = (headers: Headers, organizationId: string, name: string) =>
    api.createInvitation({
      headers,
      body: { email: `${name.toLowerCase()}@example.org`, role: "member", organizationId },
    });

  /** Becomes a member, of a team too, and invites somebody who isn't there. */
  const join = async ({ id, headers }: Person, organizationId: string) => {
    await api.addMember({ body: { userId: id, organizationId, role: "admin" } });
    const team = await api.createTeam({ body: { name: "Team", organizationId } });
    await api.addTeamMember({ headers, body: { teamId: team.id, userId: id, organizationId } as never });
    await invite(headers, organizationId, "a-friend-not-here");
  };

  return { api, handler, outbox, link, live, host, invite, join, close: () => pool.end() };
}

function optionsOf(pool: pg.Pool, outbox: Mail[]) {
  return {
    database: pool,
    secret: "thirty-two characters, known to the test alone",
    baseURL: "http://localhost:3000",
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    // What it would log are the refusals that the test asks for.
    logger: { disabled: true },
    emailAndPassword: {
      enabled: true,
      sendResetPassword: async ({ user, token }) => {
        outbox.push({ to: user.email, secret: token });
      },
    },
    socialProviders: { github: { clientId: "none", clientSecret: "none" } },
    plugins: [
      twoFactor(),
      organization({ teams: { enabled: true } }),
      emailOTP({
        sendVerificationOTP: async ({ email, otp }) => {
          outbox.push({ to: email, secret: otp });
        },
      }),
    ],
  } satisfies BetterAuthOptions;
}
