import { content, defineErasure, keep, session, unrelated } from "../../../../../generator/index.ts";

import { users } from "./tables/users.ts";
import * as social from "./tables/index.ts";

export default defineErasure({
  tables: { users, comments: social.comments, prices: unrelated("a price list"), sessions: session({ owner: "user_id", ownr: 1 }) },
});
