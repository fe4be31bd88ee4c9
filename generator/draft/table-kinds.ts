/** What a table is, by its name and columns: the table that the guesses about classes are read from. */

export interface TableKind {
  kind: "session" | "credential" | "mfa" | "money" | "own" | "history";
  /** Matched against the table's name in snake_case. */
  name: RegExp;
  /** A column that must be there too, so that a "training session" isn't taken for a sign-in. */
  evidence?: RegExp;
  why: string;
}

/** The first that matches counts. */
export const TABLE_KINDS: readonly TableKind[] = [
  {
    kind: "mfa",
    name: /(^|_)(totps?|mfa|otp_(secrets?|credentials?|devices?)|two_factors?|2fa|second_factors?|backup_codes?|recovery_codes?)(_|$)/,
    why: "second factor, by its name",
  },
  {
    kind: "credential",
    name: /(^|_)(api_keys?|api_tokens?|personal_access_tokens?|access_keys?|passkeys?|web_?authn\w*|authenticators?|passwords?|password_histor(y|ies)|ssh_keys?|user_credentials?|credentials?)$/,
    why: "key or credential, by its name",
  },
  {
    kind: "credential",
    name: /(^|_)(accounts?|identit(y|ies)|logins?|authentications?|authorizations?|connections?|oauth_\w+|social_\w+|linked_\w+|providers?)$/,
    evidence: /(^|_)(provider|issuer|provider_id|provider_account_id|identity_provider|connector_id)$/,
    why: "account at a provider: it has a provider's column",
  },
  {
    kind: "session",
    name: /(^|_)(refresh_tokens?|access_tokens?|user_tokens?|users_tokens|auth_tokens?|reset_tokens?|password_resets?|password_reset_tokens?|verifications?|verification_tokens?|verification_codes?|confirmations?|confirmation_tokens?|magic_links?|login_tokens?|login_codes?|remember_tokens?|one_time_tokens?|access_grants?|authorization_codes?|device_codes?|email_changes?|invitation_tokens?)$/,
    why: "tokens, by its name",
  },
  {
    kind: "session",
    name: /(^|_)sessions?$/,
    evidence:
      /token|expire|(^|_)ip(_|$)|user_agent|^sid$|^sess$|^data$|session_(id|key)|secret|last_seen|not_after/,
    why: "sessions, by its name and columns",
  },
  {
    kind: "money",
    name: /(^|_)(invoices?|payments?|orders?|purchases?|transactions?|receipts?|refunds?|charges?|payouts?|credit_notes?|ledger\w*|bookkeeping\w*|contracts?|tax_\w+|billing_\w+|donations?|subscriptions?)$/,
    why: "money or contracts, by its name: the law may want it kept",
  },
  {
    kind: "history",
    name: /(^|_)(edits?|versions?|histor(y|ies)|revisions?|drafts?|snapshots?|changes)$/,
    why: "earlier versions of what is erased",
  },
  {
    kind: "own",
    name: /(^|_)(likes?|favou?rites?|bookmarks?|follows?|followers?|friendships?|blocks?|mutes?|memberships?|members?|preferences?|settings?|notifications?|devices?|push_(tokens?|subscriptions?)|watch(es|ers|list|lists)?|reactions?|votes?|read_(marks?|receipts?)|carts?|cart_items?|search(es|_histor(y|ies))|uploads?|subscribers?|user_roles?|users_roles|enrollments?)$/,
    why: "means nothing without its person, by its name",
  },
];

/** Column names by which a row points at a person, without a foreign key as well. The subject's own are added. */
export const ROLE_WORDS = {
  self: ["user", "member", "customer", "person", "profile", "account"],
  maker: ["owner", "author", "creator", "sender", "poster", "writer", "uploader", "requester", "submitter"],
  party: [
    "recipient",
    "receiver",
    "follower",
    "followed",
    "followee",
    "friend",
    "assignee",
    "reviewer",
    "buyer",
    "seller",
    "host",
    "guest",
    "participant",
    "invitee",
    "student",
    "teacher",
  ],
  actor: [
    "inviter",
    "approver",
    "editor",
    "updater",
    "deleter",
    "moderator",
    "admin",
    "operator",
    "actor",
    "impersonator",
  ],
} as const;

/** Of the words above, those that say "a person" even without a foreign key. */
export const SOFT_WORDS: readonly string[] = [
  "user",
  ...ROLE_WORDS.maker,
  "recipient",
  "receiver",
  "assignee",
  "follower",
  "participant",
];
