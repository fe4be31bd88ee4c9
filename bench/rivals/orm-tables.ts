/** The application's tables as drizzle knows them: the columns that a deletion names. */
import { bigint, date, inet, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

const id = () => bigint("id", { mode: "number" }).primaryKey();
const owner = () => uuid("user_id").notNull();

export const users = pgTable("users", {
  id: uuid("id").primaryKey(),
  email: text("email").notNull(),
  unconfirmedEmail: text("unconfirmed_email"),
  hashedPassword: text("hashed_password"),
  name: text("name"),
  displayName: text("display_name").notNull(),
  image: text("image"),
  phone: text("phone"),
  address: text("address"),
  city: text("city"),
  birthDate: date("birth_date"),
  deletedAt: timestamp("deleted_at", { withTimezone: true }),
});
export const sessions = pgTable("sessions", { id: uuid("id").primaryKey(), userId: owner() });
export const accounts = pgTable("accounts", { id: id(), userId: owner() });
export const tokens = pgTable("tokens", { id: id(), userId: owner() });
export const mfaCredentials = pgTable("mfa_credentials", { id: id(), userId: owner() });
export const posts = pgTable("posts", {
  id: id(),
  authorId: uuid("author_id").notNull(),
  title: text("title").notNull(),
  body: text("body").notNull(),
});
export const events = pgTable("events", {
  id: id(),
  userId: owner(),
  payload: jsonb("payload").notNull(),
  ip: inet("ip"),
});
