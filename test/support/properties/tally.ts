/** What a run has seen: a property that only ever meets refusals proves nothing. */
export class Tally {
  accepted = 0;
  /** Executions that failed as a warning had said they might. */
  foretold = 0;
  /** Rows that went because nothing pointed at them any more. */
  orphaned = 0;
  /** Cases that stayed refused, by the finding that stood in the way. */
  readonly refusals = new Map<string, number>();
  /** Refusals that the drawn rows show to be right, and those that they can't show. */
  readonly proved = new Map<string, { shown: number; open: number }>();

  refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  judged(code: string, shown: boolean): void {
    const known = this.proved.get(code) ?? { shown: 0, open: 0 };
    if (shown) known.shown++;
    else known.open++;
    this.proved.set(code, known);
  }

  toString(): string {
    const refusals = [...this.refusals].map(([code, count]) => `${code} ${count}`).join(", ");
    const proved = [...this.proved]
      .map(([code, { shown, open }]) => `${code} ${shown}/${shown + open}`)
      .join(", ");
    return `${this.accepted} accepted; failed as warned: ${this.foretold}; orphans: ${this.orphaned}; still refused: ${refusals || "none"}; refusals shown to be right: ${proved || "none"}`;
  }
}
