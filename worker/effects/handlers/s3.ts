import { z } from "zod";
import { handlerKind } from "../define.ts";
import { PermanentFailure } from "../handler.ts";
import { loadSdk } from "../sdk.ts";
import { type Bucket, emptyPrefix, emptyVersions, removeKeys } from "./s3-objects.ts";
import { key as keyShape, nothingToDo, url } from "./shapes.ts";

/** Deletes objects from S3, or from anything that speaks its language. */
export const s3 = handlerKind({
  kind: "s3",
  about:
    "Deletes objects from S3, or from anything that speaks its language. What isn't there is deleted. In a bucket with versioning a plain delete only hides an object: such a bucket is refused until `versions` says what is meant.",
  mainFields: ["key", "keys", "prefix"],
  sdk: "@aws-sdk/client-s3",
  settings: (given) => ({
    bucket: given.text().describe("its name"),
    publicUrl: given
      .text(url())
      .optional()
      .describe("where payloads hold URLs: what comes before the key. URLs elsewhere are skipped"),
    region: given.text().default("us-east-1").describe("default: `us-east-1`"),
    endpoint: given.text(url()).optional().describe("of another service: R2, MinIO, Spaces, Garage …"),
    pathStyle: z
      .boolean()
      .optional()
      .describe("the bucket in the path rather than in the name of the host (default: with an endpoint)"),
    accessKeyId: given.secret().optional().describe("without: as the AWS SDK finds it (role, profile)"),
    secretAccessKey: given.secret().optional().describe("the key's"),
    sessionToken: given.secret().optional().describe("of temporary keys"),
    versions: z
      .enum(["delete", "keep"])
      .optional()
      .describe(
        "in a bucket with versioning: `delete` all of them, or `keep` them for a lifecycle rule of the bucket",
      ),
    bulk: z
      .boolean()
      .default(true)
      .describe("`false`: one call an object, where the service has no DeleteObjects (default: true)"),
  }),
  payload: z.object({
    key: keyShape().describe("an object"),
    keys: z.array(z.string().nullable()).nullish().describe("several"),
    prefix: z
      .string()
      .regex(/^.*[^/].*\/$/, "a prefix ends in /, or it would reach its neighbours")
      .nullish()
      .describe("all that is under it. It ends in `/`: `users/1` would be the beginning of `users/10` too"),
  }),
  async open(settings) {
    const sdk = await loadSdk("@aws-sdk/client-s3", () => import("@aws-sdk/client-s3"));
    const { accessKeyId, secretAccessKey, sessionToken, endpoint, versions } = settings;
    const client = new sdk.S3Client({
      region: settings.region,
      maxAttempts: 1,
      forcePathStyle: settings.pathStyle ?? endpoint !== undefined,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(accessKeyId !== undefined && secretAccessKey !== undefined
        ? { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } }
        : {}),
    });
    const bucket: Omit<Bucket, "signal"> = {
      sdk,
      client,
      name: settings.bucket,
      bulk: settings.bulk,
    };
    return {
      async deliver({ key, keys, prefix }, { signal }) {
        const named = [key, ...(keys ?? [])].filter((each): each is string => Boolean(each));
        if (named.length === 0 && !prefix) return nothingToDo();
        const objects = named
          .map((each) => keyOf(each, settings.publicUrl))
          .filter((each) => each !== undefined);
        if (objects.length === 0 && !prefix)
          return { state: "skipped", receipt: { reason: "stored_elsewhere" } };
        const here = { ...bucket, signal };
        let deleted = 0;
        if (versions === "delete") {
          for (const each of objects) deleted += await emptyVersions(here, each, (found) => found === each);
          if (prefix) deleted += await emptyVersions(here, prefix, () => true);
          return { state: "done", receipt: { deleted, versions: "deleted" } };
        }
        const result = await removeKeys(
          here,
          objects.map((Key) => ({ Key })),
        );
        const below = prefix ? await emptyPrefix(here, prefix) : { deleted: 0, hidden: false };
        // Nothing was lost, and nothing is gone: not a success unless somebody has said that this is meant.
        const hidden = result.hidden || below.hidden;
        if (hidden && versions === undefined) throw new PermanentFailure("bucket_keeps_versions");
        deleted = result.deleted + below.deleted;
        return { state: "done", receipt: { deleted, ...(hidden ? { versions: "kept" } : {}) } };
      },
      close: () => client.destroy(),
    };
  },
});

/** S3 deletes a key that isn't there without a word: a URL taken for a key would look like a success. */
function keyOf(value: string, publicUrl: string | undefined): string | undefined {
  if (!/^https?:\/\//.test(value)) return value;
  if (publicUrl === undefined) throw new PermanentFailure("url_without_publicUrl");
  const base = publicUrl.replace(/\/*$/, "/");
  if (!value.startsWith(base)) return undefined;
  try {
    return decodeURIComponent(value.slice(base.length).replace(/[?#].*$/, "")) || undefined;
  } catch {
    throw new PermanentFailure("url_not_understood");
  }
}
