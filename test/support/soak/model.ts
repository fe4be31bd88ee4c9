/**
 * What must be true of one person, whatever is going on around them: a state machine that knows what each step may do.
 * Only the worker moves without being asked, and only from "due" to "gone".
 */

/** "due": scheduled without grace, so that the worker may have erased them at any moment since. */
export type State = "live" | "scheduled" | "due" | "cooling" | "gone";

export interface Person {
  id: number;
  state: State;
  /** Of the last schedule. */
  token: string;
  name: string;
  posts: number;
  visits: number;
  sessions: number;
  passkeys: number;
  schedules: number;
}

export type Step =
  | "schedule"
  | "schedule at once"
  | "cancel"
  | "cancel by token"
  | "cancel by a wrong token"
  | "time passes"
  | "sign in"
  | "add a passkey"
  | "rename"
  | "post"
  | "visit"
  | "ask"
  | "delete directly";

export const STEPS: readonly Step[] = [
  "schedule",
  "schedule at once",
  "cancel",
  "cancel by token",
  "cancel by a wrong token",
  "time passes",
  "sign in",
  "add a passkey",
  "rename",
  "post",
  "visit",
  "ask",
  "delete directly",
];

/** SQLSTATEs that a step may end with; "none" for success. Another one is a finding. */
export function allowed(step: Step, { state }: Person): string[] {
  const leaving = state !== "live" && state !== "cooling";
  switch (step) {
    case "schedule":
    case "schedule at once":
      if (state === "live") return ["none"];
      return state === "cooling" ? ["LT004"] : ["LT001"];
    case "cancel":
      if (state === "scheduled") return ["none"];
      // Done already, or just being done.
      return state === "due" ? ["none", "LT002", "LT008"] : ["LT002"];
    case "cancel by token":
      if (state === "scheduled") return ["none"];
      return state === "due" ? ["none", "LT002", "LT008"] : ["LT002"];
    case "cancel by a wrong token":
      return ["LT002"];
    case "sign in":
    case "add a passkey":
      return leaving ? ["LT010"] : ["none"];
    case "rename":
      // In grace the row isn't frozen; once it is gone, it is.
      if (state === "due") return ["none", "LT011"];
      return state === "gone" ? ["LT011"] : ["none"];
    case "delete directly":
      return ["LT012"];
    case "time passes":
    case "post":
    case "visit":
    case "ask":
      return ["none"];
  }
}

/** Takes over what a step did. Whether a person who was due is gone meanwhile is seen by what it said. */
export function follow(person: Person, step: Step, code: string): void {
  const succeeded = code === "none";
  switch (step) {
    case "schedule":
    case "schedule at once":
      if (!succeeded) return;
      person.state = step === "schedule" ? "scheduled" : "due";
      person.sessions = 0;
      person.schedules++;
      return;
    case "cancel":
    case "cancel by token":
      if (succeeded) person.state = "cooling";
      else if (person.state === "due") person.state = "gone";
      return;
    case "time passes":
      if (person.state === "cooling") person.state = "live";
      return;
    case "sign in":
      if (succeeded) person.sessions++;
      return;
    case "add a passkey":
      if (succeeded) person.passkeys++;
      return;
    case "rename":
      if (!succeeded && person.state === "due") person.state = "gone";
      return;
    case "post":
      if (succeeded) person.posts++;
      return;
    case "visit":
      if (succeeded) person.visits++;
      return;
  }
}
