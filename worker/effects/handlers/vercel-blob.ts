import { z } from "zod";
import { failureOf } from "../classify.ts";
import { handlerKind } from "../define.ts";
import { PassingFailure, PermanentFailure } from "../handler.ts";
import { loadSdk } from "../sdk.ts";
import { nothingToDo } from "./shapes.ts";

type Sdk = typeof import("@vercel/blob");

/** What one call of the API takes well. */
const CHUNK = 100;

/** Deletes files from Vercel Blob. */
export const vercelBlob = handlerKind({
  kind: "vercel-blob",
  about: "Deletes files from Vercel Blob. What isn't there is deleted.",
  sdk: "@vercel/blob",
  mainFields: ["url", "urls"],
  settings: (given) => ({
    token: given.secret().describe("read-write token of the store"),
  }),
  payload: z.object({
    url: z.string().nullish().describe("URL of a file, or its path in the store. URLs elsewhere are skipped"),
    urls: z.array(z.string().nullable()).nullish().describe("several of them"),
  }),
  async open({ token }) {
    const sdk = await loadSdk("@vercel/blob", () => import("@vercel/blob"));
    // The SDK's own ten retries can be switched off here alone. Retries are the worker's: seen, and counted.
    process.env.VERCEL_BLOB_RETRIES ??= "0";
    return {
      async deliver({ url, urls }, { signal }) {
        const named = [url, ...(urls ?? [])].filter((each): each is string => Boolean(each));
        if (named.length === 0) return nothingToDo();
        const ours = named.filter(isInBlobStore);
        if (ours.length === 0) return { state: "skipped", receipt: { reason: "stored_elsewhere" } };
        for (let at = 0; at < ours.length; at += CHUNK) {
          await remove(sdk, ours.slice(at, at + CHUNK), { token, abortSignal: signal });
        }
        return { state: "done", receipt: { deleted: ours.length, elsewhere: named.length - ours.length } };
      },
    };
  },
});

/** An avatar may as well be Google's. A text without a scheme is a path in the store. */
function isInBlobStore(value: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(value)) return true;
  return URL.canParse(value) && new URL(value).hostname.endsWith(".blob.vercel-storage.com");
}

async function remove(
  sdk: Sdk,
  urls: string[],
  options: { token: string; abortSignal: AbortSignal },
): Promise<void> {
  try {
    await sdk.del(urls, options);
  } catch (error) {
    if (!(error instanceof sdk.BlobNotFoundError)) throw meaningOf(sdk, error);
    // One of several: the others may still be there.
    if (urls.length > 1) for (const url of urls) await remove(sdk, [url], options);
  }
}

/** The SDK's errors have classes instead of a status. */
function meaningOf(sdk: Sdk, error: unknown): unknown {
  if (error instanceof sdk.BlobServiceRateLimited) {
    return failureOf(429, error.retryAfter > 0 ? { "retry-after": error.retryAfter } : {});
  }
  if (error instanceof sdk.BlobAccessError) return new PermanentFailure("forbidden");
  if (error instanceof sdk.BlobStoreNotFoundError) return new PermanentFailure("store_not_found");
  if (error instanceof sdk.BlobStoreSuspendedError) return new PassingFailure("store_suspended");
  if (error instanceof sdk.BlobServiceNotAvailable) return new PassingFailure("service_unavailable");
  if (error instanceof sdk.BlobUnknownError) return new PassingFailure("unknown_error");
  if (error instanceof sdk.BlobError && error.constructor === sdk.BlobError) {
    return new PermanentFailure("bad_request");
  }
  return error;
}
