/**
 * The SDK has no call that deletes a person: PostHog's REST API has, under a personal key.
 * https://posthog.com/docs/api/persons
 */
import { z } from "zod";
import { failureOf } from "../classify.ts";
import { type Outcome, PassingFailure } from "../handler.ts";

export interface DeleteAccess {
  host: string;
  projectId: string;
  personalApiKey: string;
  appHost?: string | undefined;
}

const answerShape = z.object({
  persons_found: z.int(),
  persons_deleted: z.int(),
  events_queued_for_deletion: z.boolean(),
  recordings_queued_for_deletion: z.boolean(),
  deletion_errors: z.array(z.unknown()).optional(),
});

export async function deletePerson(
  { host, projectId, personalApiKey, appHost = appHostOf(host) }: DeleteAccess,
  distinctId: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const path = `/api/projects/${encodeURIComponent(projectId)}/persons/bulk_delete/`;
  const response = await fetch(new URL(path, appHost), {
    method: "POST",
    headers: { authorization: `Bearer ${personalApiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ distinct_ids: [distinctId], delete_events: true, delete_recordings: true }),
    redirect: "manual",
    signal,
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw failureOf(response.status, response.headers);
  }
  const answer = answerShape.safeParse(await response.json());
  if (!answer.success) throw new PassingFailure("answer_not_understood");
  const { persons_found, persons_deleted, events_queued_for_deletion, deletion_errors = [] } = answer.data;
  if (persons_found === 0) return { state: "skipped", receipt: { reason: "not_found" } };
  if (deletion_errors.length > 0 || persons_deleted < persons_found) throw new PassingFailure("not_deleted");
  return {
    state: "done",
    receipt: { status: response.status, deleted: persons_deleted, eventsQueued: events_queued_for_deletion },
  };
}

/** PostHog's cloud takes events under one name and questions under another. */
function appHostOf(host: string): string {
  return host.replace(/\.i\.posthog\.com\b/, ".posthog.com");
}
