/** What better-auth's tables mean for a person who leaves: core, two-factor, organization and e-mail codes. */
import { authPresets, credential, presets } from "../../../generator/index.ts";
import { type Erasure, terms } from "../schema-case.ts";

/** `suspend`: live accounts are moved aside during grace, where otherwise only the guard keeps people out. */
export const betterAuthErasure = (suspend?: "move"): Erasure => ({
  ...terms,
  access: { ...terms.access, currentUser: presets.setting("app.user_id") },
  tables: {
    ...authPresets.betterAuth({ plugins: ["twoFactor", "organization", "teams", "emailOTP"] }),
    account: credential(suspend === undefined ? {} : { suspend }),
  },
});
