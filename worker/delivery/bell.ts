/** Wakes a loop that waits for one of several things. Rung before anybody waits, it isn't forgotten. */
export interface Bell {
  ring(): void;
  /** Resolves once the bell was rung since it last resolved. For one who waits. */
  next(): Promise<void>;
}

export function createBell(): Bell {
  let { promise, resolve } = Promise.withResolvers<void>();
  return {
    ring: () => resolve(),
    async next() {
      await promise;
      ({ promise, resolve } = Promise.withResolvers<void>());
    },
  };
}
