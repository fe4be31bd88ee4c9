/** What a column may hold, by its name and type: the table that the guesses about columns are read from. */
import type { Family } from "../plan/lints/support/types.ts";

export type Kind =
  | "mfa"
  | "secret"
  | "pending email"
  | "email"
  | "phone"
  | "network"
  | "device"
  | "birth"
  | "trait"
  | "identifier"
  | "username"
  | "name"
  | "address"
  | "location"
  | "picture"
  | "external"
  | "activity"
  | "text";

export interface KindRow {
  kind: Kind;
  /** Matched against the name in snake_case. */
  pattern: RegExp;
  /** Types it may have; others with such a name are flags, times and counters about it. */
  families: Family[];
  /** As the comment says it. */
  what: string;
  /** Only in the subject's own row, where the word is about the person. */
  subjectOnly?: true;
  /** Only beside a column that matches. */
  beside?: RegExp;
}

const TEXT: Family[] = ["text", "array", "json", "other"];
const ADDRESS_BESIDE = /(^|_)(city|zip|postal|postcode|street)/;

/** The first that matches counts. */
export const KINDS: readonly KindRow[] = [
  {
    kind: "mfa",
    pattern: /(totp|otp|mfa|2fa|two_factor|second_factor).*(secret|seed|key|code)|(backup|recovery)_codes?/,
    families: TEXT,
    what: "second factor",
  },
  {
    kind: "secret",
    pattern:
      /password|passwd|passphrase|(^|_)(secret|token|api_?key|private_key|access_key|salt|pin|otp|credential)s?(_|$)|(^|_)hash$|_digest$/,
    families: [...TEXT, "uuid"],
    what: "secret or token",
  },
  {
    kind: "pending email",
    pattern: /(unconfirmed|pending|new|requested|unverified)_e_?mail/,
    families: ["text"],
    what: "e-mail address not confirmed yet",
  },
  { kind: "email", pattern: /e_?mail/, families: TEXT, what: "e-mail address" },
  {
    kind: "phone",
    pattern: /(^|_)(phone|telephone|mobile|cell|fax|whatsapp|sms_number|msisdn)(_|$)/,
    families: [...TEXT, "integer", "number"],
    what: "phone number",
  },
  {
    kind: "network",
    pattern: /(^|_)(ip|ip_addr|ip_address|remote_addr|remote_ip|client_ip)(_|$)|(^|_)mac_address/,
    families: [...TEXT, "network"],
    what: "network address",
  },
  {
    kind: "device",
    pattern: /user_?agent|(^|_)(device|browser|fingerprint)(_(id|name|info|token|fingerprint|model))?$/,
    families: [...TEXT, "uuid"],
    what: "device or browser",
  },
  {
    kind: "birth",
    pattern: /(^|_)(birth|born|dob|birthday|date_of_birth)(_|$)|birth_?(date|day|year)|(^|_)age$/,
    families: [...TEXT, "date", "integer", "number"],
    what: "birth",
  },
  {
    kind: "trait",
    pattern:
      /(^|_)(gender|sex|pronouns?|nationality|citizenship|ethnicity|religion|marital_status|occupation|job_title|employer|salary|income|disability|blood_type|height|weight)(_|$)/,
    families: [...TEXT, "integer", "number"],
    what: "something about the person",
  },
  {
    kind: "identifier",
    pattern:
      /(^|_)(ssn|social_security|national_id|passport|driver_?s?_licen[cs]e|tax_(id|number)|vat_(id|number)|iban|bic|account_number|card_(number|last4|last_four)|last4)(_|$)/,
    families: [...TEXT, "integer", "number"],
    what: "official or bank number",
  },
  {
    kind: "username",
    pattern: /^(user_?name|login|handle|nick(_?name)?|screen_name|user_login|login_?(name|id)|account_name)$/,
    families: ["text"],
    what: "user name",
  },
  {
    kind: "name",
    pattern:
      /(^|_)(first|last|middle|full|display|given|family|sur|maiden|legal|real|billing|shipping|contact|customer|recipient|sender|author|owner|user|guest|holder|company)_?names?$|^(surname|initials)$/,
    families: TEXT,
    what: "name",
  },
  { kind: "name", pattern: /^name$/, families: TEXT, what: "name", subjectOnly: true },
  {
    kind: "address",
    pattern:
      /(^|_)(address|street|house_number|city|town|zip|zip_?code|postal_?code|postcode|po_box)(_|$|\d)/,
    families: TEXT,
    what: "address",
  },
  {
    kind: "address",
    pattern: /^(state|province|region|county|country|country_code)$/,
    families: TEXT,
    what: "part of an address",
    beside: ADDRESS_BESIDE,
  },
  {
    kind: "location",
    pattern:
      /(^|_)(lat|latitude|lng|lon|long|longitude|location|geo|geom|geog|coordinates?|place_of_birth)(_|$)/,
    families: [...TEXT, "number", "integer"],
    what: "place",
  },
  {
    kind: "picture",
    pattern:
      /avatar|photo|picture|portrait|selfie|(^|_)(image|img)(_|$)|(^|_)(website|homepage|profile_url)$/,
    families: TEXT,
    what: "picture or link",
  },
  { kind: "picture", pattern: /(^|_)ur[li]s?$/, families: TEXT, what: "link" },
  {
    kind: "external",
    pattern:
      /^(google|facebook|apple|github|gitlab|twitter|linkedin|microsoft|azure|discord|slack|stripe|paypal|paddle|polar|hubspot|intercom|auth0|firebase|cognito|okta|keycloak|external|oauth|provider)(_\w+)?_(u?id|sub|ref|username|handle)$|^(uid|external_id|provider_id)$/,
    families: ["text", "uuid", "integer", "number"],
    what: "the person's id at another service",
  },
  {
    kind: "activity",
    pattern: /^(last|current|previous)_(sign_in|login|seen|active|activity|visit)(_at|_on)?$/,
    families: ["date"],
    what: "when the person was here",
    subjectOnly: true,
  },
  {
    kind: "text",
    pattern:
      /(^|_)(body|text|comments?|messages?|notes?|bio|biography|about|about_me|description|summary|title|headline|tagline|content|contents|caption|subject|reason|feedback|review|answer|reply|question|excerpt|details|remarks?|transcript|html|markdown|signature|label|filename|file_name|memo|query|search_term|name)(_|$)/,
    families: TEXT,
    what: "free text",
  },
];

/** Names of texts that say how the application works, not who somebody is. */
export const NEUTRAL =
  /(^|_)(status|state|kind|type|category|locale|language|lang|time_?zone|tz|currency|roles?|plan|tier|version|level|colou?r|format|mime|priority|provider|context|scopes?|source|units?|checksum|etag|theme|visibility|event|action|method|algorithm|transport|purpose|frequency|channel|reason_code|country|country_code|mode|env|environment|queue|operation|permission|permissions|position|size|encoding|charset)$/;

/** JSON by whose name it is somebody's data, not settings. */
export const PERSONAL_JSON =
  /(^|_)(profile|raw_info|user_?info|user_meta_?data|contact|contacts|address|addresses|claims|id_token|person|customer|billing_details|shipping|identity|identities)(_|$)/;
