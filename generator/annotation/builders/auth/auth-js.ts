/** What the tables of Auth.js (NextAuth.js) mean, as its adapters for PostgreSQL make them. */
import type { SubjectResult } from "../../input.ts";
import { type AuthTables, naming, type SchemaOption } from "./naming.ts";
import { credential, keep, match, pii, session, subject } from "./words.ts";

/** The adapters differ in what they call the tables, hardly in the columns. */
const NAMES = {
  pg: {
    user: "users",
    account: "accounts",
    session: "sessions",
    token: "verification_token",
    key: "authenticators",
  },
  prisma: {
    user: "User",
    account: "Account",
    session: "Session",
    token: "VerificationToken",
    key: "Authenticator",
  },
  drizzle: {
    user: "user",
    account: "account",
    session: "session",
    token: "verificationToken",
    key: "authenticator",
  },
} as const;
type Adapter = keyof typeof NAMES;

export interface AuthJsOptions<A extends Adapter> extends SchemaOption {
  /** Default: "pg". */
  adapter?: A;
  /** With the WebAuthn provider's table of passkeys. */
  webauthn?: boolean;
}

export function authJs<A extends Adapter = "pg">(
  options: AuthJsOptions<A> = {},
): AuthTables<(typeof NAMES)[A]["user"]> {
  const names = NAMES[options.adapter ?? "pg"];
  const { key } = naming(options);
  const user: SubjectResult = subject({
    key: "id",
    columns: {
      id: keep(),
      name: pii.null(),
      email: pii.email({ onSoftDelete: true }),
      emailVerified: pii.null(),
      image: pii.null(),
    },
  });
  return {
    [key(names.user)]: user,
    [key(names.account)]: credential({ owner: "userId" }),
    [key(names.session)]: session({ owner: "userId" }),
    // Links to sign in with, by the address that they were sent to; without proof it would be anybody's.
    [key(names.token)]: session({
      owner: match("identifier", { value: "email", if: 't."emailVerified" is not null' }),
    }),
    ...(options.webauthn === true ? { [key(names.key)]: credential({ owner: "userId" }) } : {}),
  } as AuthTables<(typeof NAMES)[A]["user"]>;
}
