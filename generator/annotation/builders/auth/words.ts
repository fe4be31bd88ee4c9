/** The words that the presets are written with. */
export { keepRest, pii, secret, set } from "../columns.ts";
export { match, ownerSql } from "../owners.ts";
export { blocker, content, credential, keep, mfa, session, subject, table, unrelated } from "../tables.ts";
