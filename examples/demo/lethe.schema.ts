/** The marketplace's decisions, and what is done outside its database when somebody leaves. */
import { defineErasure } from "../../generator/index.ts";
import reference from "../../lethe.schema.ts";

export default defineErasure({
  ...reference,
  effects: {
    // Pictures: the values are captured before the rows lose them.
    avatar: { handler: "blob", payload: { url: "t.image" } },
    uploads: { handler: "blob", forEach: "uploads", payload: { url: "t.url" } },
    billing: { handler: "billing", payload: { externalId: "t.id" } },
    analytics: {
      handler: "analytics",
      payload: { distinctId: "t.id", traits: "jsonb_build_object('status', 'deleted')" },
    },
    newsletter: { handler: "newsletter", payload: { email: "t.email" } },

    // Mails
    scheduled: {
      handler: "mail",
      at: "schedule",
      where: "r.scheduled_for > now() + interval '1 day'",
      payload: { to: "t.email", name: "t.name", scheduledFor: "r.scheduled_for", token: "cancel_token" },
    },
    reminder: {
      handler: "mail",
      at: "before",
      lead: "3 days",
      payload: { to: "t.email", name: "t.name", scheduledFor: "r.scheduled_for", token: "cancel_token" },
    },
    cancelled: { handler: "mail", at: "cancel", payload: { to: "t.email", name: "t.name" } },
    // The last word, once everybody else has said yes.
    goodbye: {
      handler: "mail",
      payload: { to: "t.email", name: "t.name" },
      after: ["avatar", "uploads", "billing", "analytics", "newsletter"],
    },

    // What the application itself still wanted to do for them.
    in_flight: {
      handler: "jobs",
      at: "schedule",
      payload: { payload: "jsonb_build_object('userId', t.id)" },
    },
  },
});
