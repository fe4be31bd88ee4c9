/** When a job is to run that shall wait. By the database's clock, which graphile-worker goes by too: a machine's own may be wrong. */
import type { WithPgClient } from "graphile-worker";

/** @param milliseconds from now */
export async function later(withPgClient: WithPgClient, milliseconds: number): Promise<Date> {
  const { rows } = await withPgClient((client) =>
    client.query<{ at: Date }>("select clock_timestamp() + $1::float8 * interval '1 millisecond' as at", [
      milliseconds,
    ]),
  );
  return rows[0]?.at ?? new Date();
}
