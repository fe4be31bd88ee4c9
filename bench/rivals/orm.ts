/** The same application code through an ORM (drizzle on postgres.js, as Homi's text writes it). */
import { eq, sql as raw } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import * as table from "./orm-tables.ts";
import type { Rival } from "./rival.ts";

export const orm: Rival = {
  name: "application code, ORM",
  install: async () => {},
  schedule: async () => {},
  erase: async (sql, people, { shape, way }) => {
    const db = drizzle(sql, { schema: table });
    for (const id of people)
      await db.transaction(async (tx) => {
        const user = await tx.query.users.findFirst({ where: eq(table.users.id, id) });
        if (user === undefined) throw new Error("no such user");
        await tx.delete(table.accounts).where(eq(table.accounts.userId, id));
        await tx.delete(table.sessions).where(eq(table.sessions.userId, id));
        await tx.delete(table.tokens).where(eq(table.tokens.userId, id));
        await tx.delete(table.mfaCredentials).where(eq(table.mfaCredentials.userId, id));
        if (way === "hard_delete") {
          if (shape === "content") {
            await tx.delete(table.posts).where(eq(table.posts.authorId, id));
            await tx.delete(table.events).where(eq(table.events.userId, id));
          }
          await tx.delete(table.users).where(eq(table.users.id, id));
          return;
        }
        if (shape === "content") {
          await tx
            .update(table.posts)
            .set({ title: "[deleted]", body: "[deleted]" })
            .where(eq(table.posts.authorId, id));
          await tx
            .update(table.events)
            .set({ payload: raw`${table.events.payload} - array['email', 'ip']`, ip: null })
            .where(eq(table.events.userId, id));
        }
        await tx
          .update(table.users)
          .set({
            deletedAt: new Date(),
            email: `deleted-${id}@deleted.local`,
            unconfirmedEmail: null,
            hashedPassword: null,
            name: null,
            displayName: "Deleted user",
            image: null,
            phone: null,
            address: null,
            city: null,
            birthDate: null,
          })
          .where(eq(table.users.id, id))
          .returning();
      });
  },
};
