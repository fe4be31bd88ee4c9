import * as lethe from "pg-lethe";
import { comments } from "./comments.ts";
import users from "./users.ts";

const moreTables = { prices: lethe.unrelated("a price list") };

export const tables = {
  users,
  comments,
  sessions: lethe.session({ owner: "user_id" }),
  ...moreTables,
  ratings: lethe.todo("new table: the table refers to public.users by user_id"),
};
