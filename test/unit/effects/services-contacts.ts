/** Services that know a person: they are told to forget, or to know less. */
import { expect } from "vitest";
import { env, loops, posthog } from "../../../worker/effects/index.ts";
import { bearer, json, parsed, plainFailure, type Service, type World } from "./services.ts";

type Contact = { id: string; email: string; userId: string | null } & Record<string, unknown>;

const mara = (): Contact => ({
  id: "c_1",
  email: "MARKER@example.com",
  userId: null,
  firstName: "MARKER",
  subscribed: true,
  mailingLists: { news: true },
});

/**
 * https://loops.so/docs/api-reference: an update makes the contact that isn't there, an address changes only where a
 * user id leads to the contact, and somebody unknown is found as an empty list and deleted with a 404.
 */
function loopsWorld(): World & { contacts: Contact[] } {
  const contacts = [mara()];
  const by = (field: string, value: unknown) =>
    value === undefined ? undefined : contacts.find((contact) => contact[field] === value);
  let effects = 0;
  return {
    contacts,
    effective: () => effects,
    handle(call) {
      bearer(call, "loops_secret");
      const url = new URL(call.path, "http://loops");
      if (`${call.method} ${url.pathname}` === "GET /api/v1/contacts/find") {
        const found = by("email", url.searchParams.get("email"));
        return json(200, found === undefined ? [] : [found]);
      }
      const body = parsed(call);
      if (`${call.method} ${call.path}` === "POST /api/v1/contacts/delete") {
        expect(Object.keys(body)).toEqual(["email"]);
        const found = by("email", body.email);
        if (found === undefined) return json(404, { success: false, message: "Contact MARKER not found." });
        contacts.splice(contacts.indexOf(found), 1);
        effects++;
        return json(200, { success: true, message: "Contact deleted." });
      }
      expect(`${call.method} ${call.path}`).toBe("PUT /api/v1/contacts/update");
      const found = by("userId", body.userId) ?? by("email", body.email);
      if (found === undefined) contacts.push({ id: "c_2", ...body } as Contact);
      else {
        if (body.email !== undefined && body.email !== found.email) effects++;
        Object.assign(found, body);
      }
      return json(200, { success: true, id: found?.id ?? "c_2" });
    },
  };
}

const loopsService: Omit<Service, "name" | "declare" | "calls"> = {
  environment: { LOOPS_KEY: "loops_secret" },
  payload: { email: "MARKER@example.com", newEmail: "deleted_1@deleted.invalid" },
  unknown: { payload: { email: "nobody@example.com" }, state: "skipped" },
  create: loopsWorld,
  failure: plainFailure,
  retryAfterMs: 1000,
  takesNoSignal: true,
};

export const loopsDelete: Service = {
  ...loopsService,
  name: "loops, delete",
  declare: (url) => loops({ apiKey: env("LOOPS_KEY"), baseUrl: `${url}/api/` }),
  calls: 1,
};

export const loopsAnonymize: Service = {
  ...loopsService,
  name: "loops, anonymize",
  declare: (url) => loops({ apiKey: env("LOOPS_KEY"), mode: "anonymize", baseUrl: `${url}/api` }),
  calls: 3,
  create() {
    const world = loopsWorld();
    return {
      ...world,
      /** Once, and nothing of the person is left. */
      effective() {
        if (world.effective() === 0) return 0;
        expect(world.contacts).toEqual([
          {
            id: "c_1",
            email: "deleted_1@deleted.invalid",
            userId: expect.any(String),
            firstName: null,
            lastName: null,
            subscribed: false,
            mailingLists: { news: false },
          },
        ]);
        return world.effective();
      },
    };
  },
};

interface Captured {
  event: string;
  distinct_id: string;
  uuid: string;
  timestamp: string;
  properties: Record<string, unknown>;
}

/** https://posthog.com/docs/api/capture (batches; a uuid counts once) and https://posthog.com/docs/api/persons */
function posthogWorld(): World & { events: Map<string, Captured>; deleted: string[] } {
  const persons = new Set(["MARKER-1"]);
  const events = new Map<string, Captured>();
  const deleted: string[] = [];
  return {
    events,
    deleted,
    effective: () => events.size,
    handle(call) {
      expect(call.method).toBe("POST");
      const body = parsed(call);
      if (call.path === "/api/projects/42/persons/bulk_delete/") {
        bearer(call, "phx_secret");
        const { distinct_ids: ids, ...options } = body as { distinct_ids: string[] };
        expect(options).toEqual({ delete_events: true, delete_recordings: true });
        const found = ids.filter((id) => persons.delete(id));
        deleted.push(...found);
        return json(202, {
          persons_found: found.length,
          persons_deleted: found.length,
          events_queued_for_deletion: true,
          recordings_queued_for_deletion: true,
          deletion_errors: [],
        });
      }
      expect(call.path).toBe("/batch/");
      expect(body.api_key).toBe("phc_token");
      for (const each of body.batch as Captured[]) events.set(each.uuid, each);
      return json(200, { status: "Ok" });
    },
  };
}

const posthogService = {
  environment: { POSTHOG_PERSONAL: "phx_secret" },
  create: posthogWorld,
  failure: plainFailure,
};

export const posthogAnonymize: Service = {
  ...posthogService,
  name: "posthog, anonymize",
  declare: (host) => posthog({ projectToken: "phc_token", host }),
  payload: {
    distinctId: "MARKER-1",
    traits: { email: "MARKER@deleted.invalid" },
    timestamp: "2026-11-26 10:00:00+00",
  },
  calls: 1,
  create() {
    const world = posthogWorld();
    return {
      ...world,
      effective() {
        for (const event of world.events.values()) {
          expect(event).toMatchObject({
            event: "user_deleted",
            distinct_id: "MARKER-1",
            timestamp: "2026-11-26T10:00:00.000Z",
            properties: {
              $set: { email: "MARKER@deleted.invalid" },
              $unset: expect.arrayContaining(["name"]),
            },
          });
          expect(event.properties.$unset).not.toContain("email");
        }
        return world.events.size;
      },
    };
  },
};

export const posthogDelete: Service = {
  ...posthogService,
  name: "posthog, delete",
  declare: (host) =>
    posthog({
      projectToken: "phc_token",
      host,
      delete: { projectId: "42", personalApiKey: env("POSTHOG_PERSONAL") },
    }),
  payload: { distinctId: "MARKER-1" },
  unknown: { payload: { distinctId: "nobody" }, state: "skipped" },
  calls: 2,
  create() {
    const world = posthogWorld();
    return {
      ...world,
      effective() {
        if (world.events.size === 0) return 0;
        for (const { distinct_id, properties } of world.events.values()) {
          expect(distinct_id, "not the person's own: it would come back").not.toContain("MARKER");
          expect(properties.$process_person_profile).toBe(false);
        }
        expect(world.deleted.length).toBeLessThanOrEqual(1);
        return world.events.size;
      },
    };
  },
};
