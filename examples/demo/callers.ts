/** Who speaks to the database in the demo. */
import type { Person } from "./cast.ts";
import type { Caller } from "./world.ts";

/** The application, with a person signed in. */
export const user = (person: Person): Caller => ({ role: "app_user", person });
/** The application, before anybody has signed in. */
export const visitor: Caller = { role: "app_user" };
/** The back office, with an administrator signed in. */
export const admin = (person: Person): Caller => ({ role: "app_admin", person });
/** Whoever owns the tables: looks into Lethe's own. */
export const owner: Caller = { role: "owner" };
