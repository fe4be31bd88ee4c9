/**
 * A network between application and database: a TCP proxy in a process of its own that holds back what the client sends
 * for the given milliseconds, so that every round trip takes that much longer, and counts the round trips.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";

export interface Network {
  port: number;
  /** How often a client spoke after the server had, since the last call. */
  roundTrips(): Promise<number>;
  stop(): Promise<void>;
}

export async function startNetwork(target: number, delay: number): Promise<Network> {
  const child: ChildProcess = fork(import.meta.filename, [String(target), String(delay)]);
  const ask = async () => {
    const answer = once(child, "message");
    child.send("roundTrips");
    return Number((await answer)[0]);
  };
  const [port] = await once(child, "message");
  return {
    port: Number(port),
    roundTrips: ask,
    stop: async () => {
      const end = once(child, "exit");
      child.kill();
      await end;
    },
  };
}

/** The URL with the proxy's port. */
export function through(network: Network, url: string): string {
  const changed = new URL(url);
  changed.port = String(network.port);
  return changed.href;
}

function serve(target: number, delay: number): void {
  let roundTrips = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: target, host: "127.0.0.1", noDelay: true });
    let answered = true;
    client.on("data", (data) => {
      if (answered) roundTrips++;
      answered = false;
      setTimeout(() => upstream.write(data), delay);
    });
    upstream.on("data", (data) => {
      answered = true;
      client.write(data);
    });
    client.on("close", () => setTimeout(() => upstream.destroy(), delay));
    upstream.on("close", () => client.destroy());
    for (const socket of [client, upstream]) socket.on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    process.send?.(typeof address === "object" ? address?.port : null);
  });
  process.on("message", () => {
    process.send?.(roundTrips);
    roundTrips = 0;
  });
  process.on("disconnect", () => process.exit());
}

if (process.argv[1] === import.meta.filename) serve(Number(process.argv[2]), Number(process.argv[3]));
