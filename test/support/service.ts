/** A service on 127.0.0.1 that works once for each Idempotency-Key, and doesn't always say so. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** "lost": the work is done, and the connection is cut before anybody hears of it. */
export type Answer = "ok" | "unavailable" | "cut" | "lost";

export interface Service {
  url: string;
  /** For each key: what was asked for, and how often. */
  calls: Map<string, { bodies: Set<string>; calls: number; effective: number }>;
  /** How often it was called. */
  total(): number;
  close(): Promise<void>;
}

/** @param answer chosen for each call; @param latency in milliseconds */
export async function startService(answer: () => Answer = () => "ok", latency = 0): Promise<Service> {
  const calls: Service["calls"] = new Map();
  const server = createServer(async (request, response) => {
    const key = String(request.headers["idempotency-key"]);
    const body = await bodyOf(request);
    const seen = calls.get(key) ?? { bodies: new Set(), calls: 0, effective: 0 };
    calls.set(key, seen);
    seen.calls++;
    seen.bodies.add(`${request.url} ${body}`);
    await sleep(latency * (0.5 + Math.random()));
    const kind = answer();
    if ((kind === "ok" || kind === "lost") && seen.effective === 0) seen.effective++;
    end(kind, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    total: () => [...calls.values()].reduce((sum, each) => sum + each.calls, 0),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function end(kind: Answer, response: ServerResponse): void {
  if (kind === "ok") response.writeHead(200).end("{}");
  else if (kind === "unavailable") response.writeHead(503).end();
  else response.socket?.destroy();
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}
