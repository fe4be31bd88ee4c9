/** Ready-made decisions for the tables of common sign-in libraries. */
import { authJs } from "./auth/auth-js.ts";
import { betterAuth } from "./auth/better-auth.ts";
import { phoenix } from "./auth/phoenix.ts";

/**
 * Decisions for the tables of a sign-in library, to be spread into `tables`; a key of your own behind the spread wins.
 * Each is plain data: `{ ...auth.user, columns: { ...auth.user.columns, phone: pii.null() } }` adds a column.
 * @example ...authPresets.betterAuth({ plugins: ["twoFactor", "organization"] })
 */
export const authPresets = {
  /**
   * better-auth: user, session, account, verification, and the tables and columns of its plugins.
   * @example ...authPresets.betterAuth({ plugins: ["twoFactor"] })
   */
  betterAuth,
  /**
   * Auth.js (NextAuth.js) with the adapter for pg, Prisma or Drizzle.
   * @example ...authPresets.authJs({ adapter: "prisma" })
   */
  authJs,
  /**
   * Phoenix: the tables of `mix phx.gen.auth`.
   * @example ...authPresets.phoenix({ table: "accounts", singular: "account" })
   */
  phoenix,
};
