/** What each service documents: how it is called, what it answers, and what it is like after that. */
import { expect } from "vitest";
import type { HandlerDeclaration } from "../../../worker/effects/define.ts";
import type { Answer, Call, Fault } from "./stand-in.ts";

export interface World {
  /** Throws where a call isn't as the service documents it. */
  handle(call: Call): Answer | Promise<Answer>;
  /** How often something was really done. */
  effective(): number;
  close?(): void | Promise<void>;
}

export interface Service {
  name: string;
  environment: Record<string, string>;
  declare(url: string): HandlerDeclaration;
  /** Every personal value in it holds the word MARKER. */
  payload: Record<string, unknown>;
  /** The same for somebody whom the service doesn't know. */
  unknown?: { payload: Record<string, unknown>; state: "done" | "skipped" };
  create(): World | Promise<World>;
  /** How many calls a delivery makes. */
  calls: number;
  failure(status: number, call: number): Answer;
  codes?: Partial<Record<Fault, string>>;
  retryAfterMs?: number;
  /** The SDK takes no signal: the call goes on, and nobody waits for it. */
  takesNoSignal?: boolean;
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: JSON.stringify(body),
});

/** A message that repeats what it was asked about, as services do. */
const told = { message: "MARKER is not possible" };
const plainFailure = (status: number): Answer => json(status, { ...told, error: told });

export function bearer({ headers }: Call, token: string): void {
  expect(headers.authorization).toBe(`Bearer ${token}`);
}

export function parsed({ headers, body }: Call): Record<string, unknown> {
  expect(headers["content-type"]).toMatch(/^application\/json/);
  return JSON.parse(body);
}

export { plainFailure, told };
