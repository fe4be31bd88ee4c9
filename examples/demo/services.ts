/** Stand-ins for the services outside: HTTP and SMTP on 127.0.0.1, which write down what they are asked to do. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { SMTPServer } from "smtp-server";

export type Received = { service: string; what: string };

export type Services = {
  /** Everything that was received so far, in its order. */
  received: Received[];
  /** The environment that leads `lethe worker` to these services. */
  environment: Record<string, string>;
  /** Whether the billing service works; while it doesn't, it answers 503. */
  billing: { isDown: boolean; refused: number };
  close(): Promise<void>;
};

type Answer = { status: number; body?: unknown };
type Call = { method: string; path: string; body: string };

export async function startServices(): Promise<Services> {
  const received: Received[] = [];
  const billing = { isDown: false, refused: 0 };
  const note = (service: string, what: string) => void received.push({ service, what });

  const http = await listening(
    createServer(async (request, response) => {
      const path = request.url ?? "";
      const { status, body } = answer({ method: request.method ?? "", path, body: await textOf(request) });
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body ?? null));
    }),
  );
  const answer = ({ method, path, body }: Call): Answer => {
    if (path.startsWith("/blob/")) {
      for (const url of (JSON.parse(body) as { urls: string[] }).urls) note("Vercel Blob", `delete ${url}`);
      return { status: 200 };
    }
    if (path.startsWith("/polar/")) {
      if (billing.isDown) {
        billing.refused++;
        return { status: 503, body: { error: "Unavailable" } };
      }
      note("Polar", `${method} ${path.slice("/polar".length)}`);
      return { status: 204 };
    }
    if (path.startsWith("/posthog/")) {
      for (const { event, distinct_id, properties } of eventsOf(body)) {
        note(
          "PostHog",
          `${event} of ${distinct_id}: sets ${Object.keys(properties?.$set ?? {})}, removes ${properties?.$unset?.length} more`,
        );
      }
      return { status: 200, body: { status: 1 } };
    }
    note("Loops", `${method} ${path.slice("/loops".length)} ${body}`);
    return { status: 200, body: { success: true, message: "Contact deleted." } };
  };

  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, done) {
      textOf(stream as unknown as IncomingMessage).then((message) => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join(", ");
        note("Mail", `to ${to}: ${/^Subject: (.*)$/m.exec(message)?.[1]?.trim()}`);
        done();
      }, done);
    },
  });
  smtp.listen(0, "127.0.0.1");
  await once(smtp.server, "listening");

  const base = `http://127.0.0.1:${portOf(http)}`;
  return {
    received,
    billing,
    environment: {
      VERCEL_BLOB_API_URL: `${base}/blob`,
      BLOB_READ_WRITE_TOKEN: "vercel_blob_rw_demo_secret",
      POLAR_URL: `${base}/polar`,
      POLAR_ACCESS_TOKEN: "polar_oat_demo",
      POSTHOG_HOST: `${base}/posthog`,
      POSTHOG_TOKEN: "phc_demo",
      LOOPS_URL: `${base}/loops`,
      LOOPS_API_KEY: "loops_demo",
      SMTP_URL: `smtp://127.0.0.1:${portOf(smtp.server)}`,
    },
    async close() {
      http.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => smtp.close(resolve));
    },
  };
}

type PostHogEvent = {
  event: string;
  distinct_id: string;
  properties?: { $set?: object; $unset?: string[] };
};

function eventsOf(body: string): PostHogEvent[] {
  const { batch, ...single } = JSON.parse(body) as PostHogEvent & { batch?: PostHogEvent[] };
  return batch ?? [single];
}

async function listening<T extends Server>(server: T): Promise<T> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: Server | { address(): ReturnType<Server["address"]> }): number {
  return (server.address() as AddressInfo).port;
}

async function textOf(stream: AsyncIterable<Buffer | string>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}
