/** What payloads have in common: identifiers come out of SQL as text or numbers, and are often NULL. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Outcome } from "../handler.ts";

/** A key of the application or of the service. NULL: there is nothing to do. */
export const key = () => z.union([z.string(), z.int().transform(String)]).nullish();

/** Flat values, as services take them for properties. */
export const traits = () =>
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish();

/** The address of a service; https, unless it stands on this machine or inside a private network. */
export const url = () =>
  z.url({ protocol: /^https?$/, error: "expected the address of a service, https://…" });

/** A time, as JSON or PostgreSQL writes it. */
export const moment = () =>
  z
    .string()
    .refine((value) => !Number.isNaN(Date.parse(value)), "expected a time")
    .nullish();

export const nothingToDo = (): Outcome => ({ state: "skipped", receipt: { reason: "no_value" } });

/** A UUID that is the same for the same key and name: a call that is repeated can be recognised by the service. */
export function stableUuid(idempotencyKey: string, name: string): string {
  const bytes = createHash("sha256").update(`${name}\n${idempotencyKey}`).digest().subarray(0, 16);
  // Version 8 of RFC 9562: a hash of one's own.
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
