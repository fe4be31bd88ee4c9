/** Behind the stand-in a real S3-compatible server, from a package. */
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import { env, s3 } from "../../../worker/effects/index.ts";
import type { Service, World } from "./services.ts";
import type { Answer, Call } from "./stand-in.ts";

export const s3Environment = { S3_KEY: "S3RVER", S3_SECRET: "S3RVER" };
export const s3Of = (endpoint: string, more: Partial<Parameters<typeof s3>[0]> = {}) =>
  s3({
    bucket: "uploads",
    endpoint,
    accessKeyId: env("S3_KEY"),
    secretAccessKey: env("S3_SECRET"),
    ...more,
  });

export interface S3World extends World {
  /** handle(), without counting. */
  forward(call: Call): Promise<Answer>;
  put(key: string): Promise<void>;
  /** The server stumbles where several deletions of one call leave a folder empty: this one never is. */
  keep(folder: string): void;
  keys(prefix: string): Promise<string[]>;
}

export async function s3World(keys: string[]): Promise<S3World> {
  const directory = mkdtempSync(join(tmpdir(), `s3-${randomUUID()}-`));
  const server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory,
    configureBuckets: [{ name: "uploads" }],
  });
  const { port } = await server.run();
  const forward = ({ method, path, headers, body }: Omit<Call, "headers"> & { headers: object }) =>
    new Promise<Answer>((resolve, reject) => {
      // The same name of the host: it is signed.
      const options = { host: "127.0.0.1", port, method, path, headers: { ...headers } };
      const sent = request(options, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        const { "content-length": _l, "transfer-encoding": _t, connection: _c, ...kept } = response.headers;
        resolve({
          status: response.statusCode ?? 500,
          headers: kept as Record<string, string>,
          body: Buffer.concat(chunks).toString("utf8"),
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  const { S3Client, PutObjectCommand, ListObjectsV2Command } = await import("@aws-sdk/client-s3");
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  const world: S3World = {
    handle: forward,
    forward,
    effective: () => deletions,
    async put(key) {
      await client.send(new PutObjectCommand({ Bucket: "uploads", Key: key, Body: "x" }));
    },
    keep(folder) {
      mkdirSync(join(directory, "uploads", folder), { recursive: true });
      writeFileSync(join(directory, "uploads", folder, "keep"), "");
    },
    async keys(prefix) {
      const { Contents = [] } = await client.send(
        new ListObjectsV2Command({ Bucket: "uploads", Prefix: prefix }),
      );
      return Contents.map(({ Key }) => Key as string);
    },
    async close() {
      client.destroy();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  let deletions = 0;
  for (const key of keys) await world.put(key);
  return {
    ...world,
    async handle(call) {
      const before = (await world.keys("MARKER")).length;
      const answer = await forward(call);
      deletions += before - (await world.keys("MARKER")).length;
      return answer;
    },
  };
}

const failure = (status: number): Answer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0"?><Error><Code>${status === 429 ? "SlowDown" : "Broken"}</Code><Message>MARKER</Message></Error>`,
});

export const s3Object: Service = {
  name: "s3, one object",
  environment: s3Environment,
  declare: (url) => s3Of(url),
  payload: { key: "MARKER.png" },
  unknown: { payload: { key: "nobody.png" }, state: "done" },
  create: () => s3World(["MARKER.png"]),
  calls: 1,
  failure,
};

export const s3Prefix: Service = {
  name: "s3, a prefix",
  environment: s3Environment,
  declare: (url) => s3Of(url),
  payload: { prefix: "MARKER/" },
  unknown: { payload: { prefix: "nobody/" }, state: "done" },
  create: () => s3World(["MARKER/only.png"]),
  // A listing, the deletion, and a listing that is empty.
  calls: 3,
  failure,
};
