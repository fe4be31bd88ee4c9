/** What a column is taken for, and what is proposed in its place, on catalogs of a few lines. */
import { describe, expect, test } from "vitest";
import type { Column } from "../../../generator/catalog/model.ts";
import { columnsOf } from "../../../generator/draft/columns.ts";
import { renderColumn } from "../../../generator/draft/render-values.ts";
import { survey } from "../../../generator/draft/survey.ts";
import { catalog, table } from "../plan/catalog-builder.ts";

/** What the draft says of `users.<name>`: the builder call, and the reason. */
function proposed(name: string, type: string, more: Partial<Column> = {}, key = "uuid"): string {
  const users = table("users", { id: `${key} pk`, [name]: type }, { columns: { [name]: more } });
  const surveyed = survey(catalog([users]), "users");
  const found = columnsOf(surveyed, surveyed.subject, new Set(), "person").find(
    (each) => each.column === name,
  );
  if (found === undefined) return "nothing";
  return `${renderColumn(found.rule, new Set())}${found.why === null ? "" : ` // ${found.why}`}`;
}

describe("by name and type", () => {
  test.each([
    ["email", "text", "pii.email({ onSoftDelete: true }) // e-mail address; free for a new registration"],
    [
      "emailAddress",
      "text not null",
      "pii.email({ onSoftDelete: true }) // e-mail address; free for a new registration",
    ],
    [
      "pending_email",
      "text",
      'pii.null({ at: "schedule" }) // e-mail address not confirmed yet; dropped as soon as it is scheduled',
    ],
    ["email_verified", "boolean", "keep()"],
    ["email_verified_at", "timestamp with time zone", "keep()"],
    ["passwordHash", "text", "secret() // secret or token"],
    ["password_digest", "text not null", 'secret({ to: "!" }) // secret or token; NOT NULL'],
    ["token_version", "integer not null", "keep()"],
    ["totp_secret", "text not null", 'mfa.secret({ to: "" }) // second factor; NOT NULL'],
    ["recovery_codes", "text[] not null", 'mfa.secret({ to: "{}" }) // second factor; NOT NULL'],
    ["firstName", "text", "pii.null() // name"],
    ["display_name", "text", 'pii.replace("Deleted user") // name; shown beside what stays'],
    ["mobile_phone", "bigint", "pii.null() // phone number"],
    ["last_ip", "inet not null", 'pii.truncate("network") // network address; NOT NULL: cut to its network'],
    ["origin", "inet", "pii.null() // network address, by its type"],
    ["date_of_birth", "date not null", 'pii.truncate("year") // birth; NOT NULL: cut to its year'],
    ["home_latitude", "double precision not null", "pii.replace(0) // place; NOT NULL"],
    ["bio", "text not null", 'pii.replace("[deleted]") // free text; NOT NULL'],
    ["interests_text", "text[] not null", "pii.emptyArray() // free text; NOT NULL"],
    ["avatar_url", "text", "pii.null() // picture or link"],
    ["stripe_customer_id", "text", "pii.null() // the person's id at another service"],
    ["profile", "jsonb not null", 'pii.replace("{}") // about the person, by its name; NOT NULL'],
    ["settings", "jsonb", 'todo("jsonb may hold anything: pii.jsonRemove([…]), all of it, or keep()?")'],
    ["blob", "bytea", 'todo("bytea: what does it hold?")'],
    ["quux", "text", 'todo("text: does it say anything about a person?")'],
    ["locale", "text not null", "keep()"],
    ["device_type", "text", "keep()"],
    ["is_admin", "boolean not null", "keep()"],
    ["created_at", "timestamp with time zone", "keep()"],
  ])("%s %s: %s", (name, type, expected) => expect(proposed(name, type)).toBe(expected));
});

describe("what fits", () => {
  test.each([
    [
      "username",
      "text not null unique",
      {},
      "uuid",
      'pii.template("deleted_{id}") // user name; NOT NULL, unique',
    ],
    ["username", "text unique", {}, "uuid", "pii.null() // user name"],
    [
      "username",
      "varchar(24) not null unique",
      { maxLength: 24 },
      "bigint",
      'pii.template("del_{id}") // user name; NOT NULL, unique',
    ],
    [
      "username",
      "varchar(8) not null unique",
      { maxLength: 8 },
      "uuid",
      'todo("NOT NULL and unique, of type character varying(8): what fits?") // user name',
    ],
    ["last_name", "varchar(3) not null", { maxLength: 3 }, "uuid", 'pii.replace("-") // name; NOT NULL'],
    [
      "email",
      "varchar(30) not null unique",
      { maxLength: 30 },
      "uuid",
      'todo("the placeholder address is longer than character varying(30): what instead?") // e-mail address',
    ],
    ["email", "varchar(30) unique", { maxLength: 30 }, "uuid", "pii.null() // e-mail address"],
    [
      "gender",
      "text not null",
      { enumLabels: ["f", "m"] },
      "uuid",
      'todo("NOT NULL, one of f, m: which one?") // something about the person',
    ],
    [
      "api_token",
      "text not null unique",
      {},
      "uuid",
      'todo("a secret, NOT NULL and unique: drop NOT NULL, or what to write instead?") // secret or token',
    ],
    [
      "nickname",
      "text",
      { domain: { name: "public.nick", notNull: true, checks: [] } },
      "uuid",
      'pii.replace("deleted") // user name; NOT NULL',
    ],
    ["full_name", "text", { generated: "stored" as const }, "uuid", "nothing"],
  ])("%s %s %o under a key of type %s %s", (name, type, more, key, expected) => {
    expect(proposed(name, type, more as Partial<Column>, key)).toBe(expected);
  });
});
