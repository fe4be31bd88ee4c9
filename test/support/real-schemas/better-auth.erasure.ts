/** What better-auth's tables mean for a person who leaves: core, two-factor, organization and e-mail codes. */
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
  presets,
  session,
  set,
  subject,
  table,
  unrelated,
} from "../../../generator/index.ts";
import { type Erasure, terms } from "../schema-case.ts";

/** `suspend`: live accounts are moved aside during grace, where otherwise only the guard keeps people out. */
export const betterAuthErasure = (suspend?: "move"): Erasure => ({
  ...terms,
  access: { ...terms.access, currentUser: presets.setting("app.user_id") },
  tables: {
    user: subject({
      key: "id",
      columns: {
        id: keep(),
        name: pii.replace("Deleted user"),
        email: pii.email({ onSoftDelete: true }),
        emailVerified: set(false),
        image: pii.null(),
        twoFactorEnabled: set(false),
        ...keepRest({ createdAt: keep(), updatedAt: keep() }),
      },
    }),
    session: session(),
    account: credential(suspend === undefined ? {} : { suspend }),
    twoFactor: mfa(),
    verification: table({
      rules: [
        // Password resets and pending second factors hold the person's key,
        session({ owner: "value" }),
        // one-time codes the address, proved to be the person's, behind the code's purpose.
        session({
          owner: ownerSql(
            `(select u.id from public."user" u where u."emailVerified" and u.email = substring(t.identifier from '-otp-(.*)$'))`,
          ),
        }),
      ],
    }),
    member: blocker({
      where: `t.role = 'owner' and not exists (
        select from public.member o
        where o."organizationId" = t."organizationId" and o.role = 'owner' and o.id <> t.id
      )`,
      message: "is the only owner of {count} organizations",
      otherwise: content({ rows: "delete" }),
    }),
    teamMember: content({ rows: "delete" }),
    invitation: table({
      rules: [
        content({ owner: "inviterId", rows: "delete" }),
        // Sent to the person by somebody else; to an address that is proved, or anybody could take it up and erase it.
        content({
          owner: match("email", { if: 't."emailVerified"' }),
          rows: "delete",
        }),
      ],
    }),
    organization: unrelated("what an organization says of itself"),
    team: unrelated("a name within an organization"),
  },
});
