/** Everything the demo says is checked first: a claim is printed only if it holds. */
import { inspect, isDeepStrictEqual } from "node:util";
import { held } from "./terminal.ts";

/** Something the demo wanted to say isn't so. */
export class NotSo extends Error {
  constructor(statement: string, found: unknown, expected: unknown) {
    super(`not so: ${statement}\n  expected ${inspect(expected)}\n  found    ${inspect(found)}`);
    this.name = "NotSo";
  }
}

let count = 0;

/** Prints the statement if `found` equals `expected`, deeply; throws NotSo otherwise. */
export function claim(statement: string, found: unknown, expected: unknown): void {
  check(statement, found, expected);
  held(statement);
}

/** The same without printing, for what a table already shows. */
export function check(statement: string, found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) throw new NotSo(statement, found, expected);
  count += 1;
}

/** How many claims and checks have held so far. */
export function claimsHeld(): number {
  return count;
}
