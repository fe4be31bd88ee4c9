/**
 * A service on 127.0.0.1 for handlers to call through their real SDKs: it answers as its world says, except for the
 * calls that are to go wrong.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Call {
  method: string;
  /** With its query, as it came. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export type Fault =
  | "rate_limited"
  | "server_error"
  | "refused"
  /** The 404 of a server that isn't the service. */
  | "wrong_address"
  /** The connection ends; nothing was done. */
  | "cut_before"
  /** It was done, and half of the answer comes. */
  | "cut_within"
  /** It was done, and no answer comes. */
  | "lost"
  | "hang";

export interface StandIn {
  url: string;
  calls: Call[];
  /** What was wrong with the calls themselves. */
  complaints: unknown[];
  /** The n-th call goes wrong, counted from 0. */
  fail(call: number, fault: Fault): void;
  /** Resolves when the caller has given up a call that hangs. */
  givenUp: Promise<void>;
  arrived: Promise<void>;
  close(): void;
}

export async function startStandIn(
  handle: (call: Call) => Answer | Promise<Answer>,
  failure: (status: number) => Answer,
): Promise<StandIn> {
  const calls: Call[] = [];
  const complaints: unknown[] = [];
  const faults = new Map<number, Fault>();
  const givenUp = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url: path = "", headers } = request;
    const call = { method, path, headers, body: Buffer.concat(chunks).toString("utf8") };
    const fault = faults.get(calls.push(call) - 1);
    const { socket } = request;
    if (fault === "cut_before") return void socket.destroy();
    if (fault === "hang") {
      socket.on("close", givenUp.resolve);
      return arrived.resolve();
    }
    if (fault === "wrong_address") {
      return send(response, { status: 404, headers: { "content-type": "text/html" }, body: "<h1>Not found" });
    }
    const status = { rate_limited: 429, server_error: 500, refused: 401 }[fault as string];
    if (status !== undefined) {
      const { headers: own, ...answer } = failure(status);
      return send(response, {
        ...answer,
        headers: { ...(status === 429 ? { "retry-after": "7" } : {}), ...own },
      });
    }
    try {
      const answer = await handle(call);
      if (fault === "lost") return void socket.destroy();
      if (fault !== "cut_within") return send(response, answer);
      socket.write(halfOf(answer), () => socket.destroy());
    } catch (error) {
      complaints.push(error);
      send(response, { status: 400, body: "{}" });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    complaints,
    fail: (call, fault) => void faults.set(call, fault),
    givenUp: givenUp.promise,
    arrived: arrived.promise,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body);
}

/** The head and half of the body; half of the head where there is no body. */
function halfOf({ status, headers = {}, body = "" }: Answer): string {
  const lines = { "content-type": "application/json", ...headers, "content-length": Buffer.byteLength(body) };
  const head = `HTTP/1.1 ${status} OK\r\n${Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}`;
  return body === "" ? head.slice(0, head.length / 2) : `${head}\r\n${body.slice(0, body.length / 2)}`;
}
