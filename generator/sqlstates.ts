/** The errors that Lethe's functions and triggers raise: stable codes, for callers to match on. */
export interface SqlState {
  code: string;
  name: string;
  /** When it is raised. */
  meaning: string;
  /** What the caller can do. */
  remedy: string;
}

export const sqlStates: readonly SqlState[] = [
  {
    code: "LT001",
    name: "already scheduled",
    meaning: "a deletion is scheduled already, or the person was deleted",
    remedy: "nothing, or `lethe.cancel_deletion()` first",
  },
  {
    code: "LT002",
    name: "not scheduled",
    meaning: "there is nothing to cancel or execute, or the token is used up",
    remedy: "ask `lethe.deletion_status()`",
  },
  {
    code: "LT003",
    name: "blocked or refused",
    meaning: "rows of the person stand in the way, or the annotation refuses this row",
    remedy: "show `lethe.deletion_blockers()`; DETAIL lists them too",
  },
  {
    code: "LT004",
    name: "in cooldown",
    meaning: "a deletion was cancelled a short while ago",
    remedy: "wait until the time in DETAIL",
  },
  {
    code: "LT005",
    name: "not allowed",
    meaning: "the caller may not do this, or not for this person",
    remedy: "sign in as the person, as an administrator for somebody else, or call as the worker",
  },
  {
    code: "LT006",
    name: "no such subject",
    meaning: "the key names nobody",
    remedy: "check the key",
  },
  {
    code: "LT007",
    name: "not due",
    meaning: "the grace period isn't over",
    remedy: "wait, or `early => true` as an administrator",
  },
  {
    code: "LT008",
    name: "in progress",
    meaning: "the deletion is executing and can't be taken back",
    remedy: "wait until it is done",
  },
  {
    code: "LT009",
    name: "drift",
    meaning: "the database is not the one that the annotation was made for",
    remedy: "`lethe sync`, decide what is new, generate again",
  },
  {
    code: "LT010",
    name: "sign-in refused",
    meaning: "a session, token or credential for somebody who is leaving or gone",
    remedy: "offer to cancel the deletion",
  },
  {
    code: "LT011",
    name: "write to an erased row",
    meaning: "personal columns or marks of an erased or departing person are written",
    remedy: "don't: erased rows stay erased",
  },
  {
    code: "LT012",
    name: "direct delete refused",
    meaning: "DELETE or TRUNCATE of the subject table",
    remedy: "`lethe.schedule_deletion()`",
  },
  {
    code: "LT013",
    name: "on hold",
    meaning: "reserved for legal holds",
    remedy: "not raised by this version",
  },
  {
    code: "LT014",
    name: "residue found",
    meaning: "after the erasure something is left that was to go; the batch is rolled back",
    remedy: "look for a trigger of the application that swallows or rewrites the change",
  },
  {
    code: "LT015",
    name: "wrong isolation level",
    meaning: "the transaction is REPEATABLE READ or SERIALIZABLE",
    remedy: "call it under READ COMMITTED",
  },
  {
    code: "LT016",
    name: "not a dead letter",
    meaning: "an effect or a request is put back that hasn't failed, or an effect whose payload is wiped",
    remedy: "`lethe.effect_status()` and `lethe.overdue` say how it stands",
  },
];
