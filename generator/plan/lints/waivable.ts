/**
 * Which findings `accept()` may wave through. Never those without which the emitted SQL would be wrong or fail: a waiver
 * changes what is said, not what is so. A code without an entry can't be accepted.
 */

/** True: may be accepted; a text: may not, and why; `errors`: warnings may, errors may not, and why. */
export type Waivable = true | string | { errors: string };

const FILE = "the file has to say something that can be read";
const FAILS = "the erasure would fail on it";
const WRONG = "the emitted SQL would touch other rows than the file says";
const UNKNOWN = "without it there is nothing to generate";

export const waivable: Record<string, Waivable> = {
  L000: FILE,
  L001: FILE,
  L002: FILE,
  L003: FILE,
  L004: FILE,
  L005: FILE,
  L006: FILE,
  L007: "a todo() is answered, not accepted",
  L008: FILE,
  L009: "what the law gives is a month",
  L010: "a rule without its table erases nothing",
  L011: "a rule without its column erases nothing",
  L012: 'what isn\'t decided isn\'t erased: say unrelated("why") or keep("why") of the table',
  L013: "what isn't decided isn't erased: say keep(\"why\") of the column",
  L014: FAILS,
  L015: { errors: FAILS },
  L016: FAILS,
  L017: FAILS,
  L018: { errors: FAILS },
  L019: FAILS,
  L020: { errors: FAILS },
  L021: { errors: FAILS },
  L022: { errors: "the foreign key does it all the same, whatever the annotation says" },
  L023: { errors: FAILS },
  L024: 'a trigger is accepted by its name: triggers: { …: ack("why") }',
  L025: true,
  L026: UNKNOWN,
  L027: UNKNOWN,
  L028: UNKNOWN,
  L029: FAILS,
  L031: UNKNOWN,
  L032: "the marks could not be written",
  L033: UNKNOWN,
  L034: "the migration would fail on it",
  L035: "everybody, or nobody, would be hidden",
  L036: true,
  L037: "the rule would do nothing",
  L038: FAILS,
  L039: "what points at the rows would go with them",
  L040: FAILS,
  L042: true,
  L043: { errors: FAILS },
  L044: WRONG,
  L050: true,
  L051: true,
  L052: true,
  L053: true,
  L054: true,
  L055: true,
  L057: "it is about today: run the statement",
  L058: "decisions are checked against the snapshot",
  L059: 'it is about one database: lifecycle: { drift: "warn" } lets requests go on',
  L060: "the rows would never be purged",
  L061: "the rows would never be purged",
  L062: { errors: FAILS },
  L063: "a table that nobody has looked at isn't decided: list it, or decide it by itself",
  L064: "a waiver is corrected or removed",
  L065: "nobody could say which row's values a cancel puts back",
  L066: "the value would stay until the erasure",
  L067: { errors: FAILS },
  L068: { errors: WRONG },
  L069: "the rule would do nothing",
  L070: WRONG,
  L071: { errors: "the step would run where it isn't meant to, or never" },
  L072: "what isn't decided isn't erased: say keep(\"why\") of the table",
  L076: "the outside would not be told",
  L077: "the effect would never be delivered, and the request never completed",
  L078: "the effect would never be made",
  L079: "the effect would never be made",
  L080: "the payload could not be made, or would hold what must not leave",
  L081: "the effect would wait for ever, and its request never be completed",
  L082: "each delivery would fail",
};

/** Why a finding can't be accepted; null where it can. */
export function refusal(code: string, level: "error" | "warning" | "accepted"): string | null {
  const said = Object.hasOwn(waivable, code) ? waivable[code] : undefined;
  if (said === undefined) return "it is not among those that may be";
  if (said === true) return null;
  if (typeof said === "string") return said;
  return level === "warning" ? null : said.errors;
}
