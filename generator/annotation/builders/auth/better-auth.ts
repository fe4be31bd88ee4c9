/** What better-auth's own tables mean (1.x, its default names): the core, and what its plugins add. */
import type { ColumnsInput, SubjectResult, TableDecision } from "../../input.ts";
import { type AuthTables, naming, type SchemaOption } from "./naming.ts";
import {
  blocker,
  content,
  credential,
  keep,
  keepRest,
  match,
  mfa,
  ownerSql,
  pii,
  session,
  set,
  subject,
  table,
  unrelated,
} from "./words.ts";

export type BetterAuthPlugin =
  | "admin"
  | "anonymous"
  | "deviceAuthorization"
  | "emailOTP"
  | "organization"
  | "phoneNumber"
  | "siwe"
  | "teams"
  | "twoFactor"
  | "username";

export interface BetterAuthOptions extends SchemaOption {
  /** Those of the application, by better-auth's names; "teams" are those of `organization({ teams: { enabled: true } })`. */
  plugins?: BetterAuthPlugin[];
}

/** Columns that plugins add to the person's row. */
const COLUMNS: Partial<Record<BetterAuthPlugin, ColumnsInput>> = {
  admin: { role: keep(), banned: keep(), banReason: pii.null(), banExpires: keep() },
  anonymous: { isAnonymous: keep() },
  phoneNumber: { phoneNumber: pii.null(), phoneNumberVerified: set(false) },
  twoFactor: { twoFactorEnabled: set(false) },
  username: { username: pii.null(), displayUsername: pii.null() },
};

export function betterAuth(options: BetterAuthOptions = {}): AuthTables<"user"> {
  const { plugins = [] } = options;
  const { key, sql } = naming(options);
  const has = (plugin: BetterAuthPlugin): boolean => plugins.includes(plugin);
  const user: SubjectResult = subject({
    key: "id",
    columns: {
      id: keep(),
      name: pii.replace("Deleted user"),
      email: pii.email({ onSoftDelete: true }),
      emailVerified: set(false),
      image: pii.null(),
      ...Object.assign({}, ...plugins.map((plugin) => COLUMNS[plugin])),
      ...keepRest({ createdAt: keep(), updatedAt: keep() }),
    },
  });
  const others: Record<string, TableDecision> = {
    [key("session")]: has("admin")
      ? // A session that somebody else opened in the person's name is both's.
        table({ rules: [session({ owner: "userId" }), session({ owner: "impersonatedBy" })] })
      : session({ owner: "userId" }),
    [key("account")]: credential({ owner: "userId" }),
    [key("verification")]: verification(has, sql("user")),
    ...(has("twoFactor") ? { [key("twoFactor")]: mfa({ owner: "userId" }) } : {}),
    ...(has("siwe") ? { [key("walletAddress")]: credential({ owner: "userId" }) } : {}),
    ...(has("deviceAuthorization") ? { [key("deviceCode")]: session({ owner: "userId" }) } : {}),
    ...(has("organization") ? organization(key, sql("member")) : {}),
    ...(has("teams")
      ? {
          [key("teamMember")]: content({ owner: "userId", rows: "delete" }),
          [key("team")]: unrelated("a name within an organization"),
        }
      : {}),
  };
  return { ...others, [key("user")]: user } as AuthTables<"user">;
}

/** Codes and tokens: by the person's key, or by the address or number that they were sent to, once it is proved. */
function verification(has: (plugin: BetterAuthPlugin) => boolean, user: string): TableDecision {
  const byKey = session({ owner: "value" });
  const byAddress = session({
    owner: ownerSql(
      `(select u.id from ${user} u where u."emailVerified" and u.email = substring(t.identifier from '-otp-(.*)$'))`,
    ),
  });
  const byNumber = session({
    owner: match("identifier", { value: "phoneNumber", if: 't."phoneNumberVerified"' }),
  });
  const rules = [byKey, ...(has("emailOTP") ? [byAddress] : []), ...(has("phoneNumber") ? [byNumber] : [])];
  return rules.length === 1 ? byKey : table({ rules });
}

function organization(key: (name: string) => string, member: string): Record<string, TableDecision> {
  return {
    [key("member")]: blocker({
      owner: "userId",
      where: `t.role = 'owner' and not exists (select from ${member} o where o."organizationId" = t."organizationId" and o.role = 'owner' and o.id <> t.id)`,
      message: "is the only owner of {count} organizations",
      otherwise: content({ rows: "delete" }),
    }),
    [key("invitation")]: table({
      rules: [
        content({ owner: "inviterId", rows: "delete" }),
        // Sent to the person by somebody else; to an address that is proved, or anybody could take it up and erase it.
        content({ owner: match("email", { if: 't."emailVerified"' }), rows: "delete" }),
      ],
    }),
    [key("organization")]: unrelated("what an organization says of itself"),
  };
}
