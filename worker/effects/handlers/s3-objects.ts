/** Deleting keys, what is under a prefix, and every version of both. */
import type { ObjectIdentifier, S3Client } from "@aws-sdk/client-s3";
import { PassingFailure, PermanentFailure } from "../handler.ts";

export interface Bucket {
  sdk: typeof import("@aws-sdk/client-s3");
  client: S3Client;
  name: string;
  bulk: boolean;
  signal: AbortSignal;
}

export interface Removed {
  deleted: number;
  /** The bucket has versioning: what was deleted is only hidden. */
  hidden: boolean;
}

/** What DeleteObjects takes, and what a listing gives. */
const PAGE = 1000;

/** An object that isn't there counts as deleted: S3 makes no difference. */
export async function removeKeys(bucket: Bucket, objects: ObjectIdentifier[]): Promise<Removed> {
  const { sdk, client, name: Bucket, signal: abortSignal } = bucket;
  let hidden = false;
  if (!bucket.bulk || objects.length === 1) {
    for (const object of objects) {
      const command = new sdk.DeleteObjectCommand({ Bucket, ...object });
      const { DeleteMarker } = await client.send(command, { abortSignal });
      hidden ||= DeleteMarker === true && object.VersionId === undefined;
    }
    return { deleted: objects.length, hidden };
  }
  for (let at = 0; at < objects.length; at += PAGE) {
    const Objects = objects.slice(at, at + PAGE);
    const command = new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects } });
    const { Deleted = [], Errors = [] } = await client.send(command, { abortSignal });
    // The answer is a 200 all the same.
    refuse(Errors.map(({ Code }) => Code ?? "unknown"));
    hidden ||= Deleted.some(
      ({ DeleteMarker, VersionId }) => DeleteMarker === true && VersionId === undefined,
    );
  }
  return { deleted: objects.length, hidden };
}

/** Always the first page: what was deleted is no longer listed, and what came meanwhile is. */
export async function emptyPrefix(bucket: Bucket, prefix: string): Promise<Removed> {
  const { sdk, client, name: Bucket, signal: abortSignal } = bucket;
  const all: Removed = { deleted: 0, hidden: false };
  for (let last: string | undefined; ; ) {
    const command = new sdk.ListObjectsV2Command({ Bucket, Prefix: prefix, MaxKeys: PAGE });
    const { Contents = [] } = await client.send(command, { abortSignal });
    const keys = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
    if (keys.length === 0) return all;
    if (keys[0]?.Key === last) throw new PassingFailure("still_listed");
    last = keys[0]?.Key;
    const { deleted, hidden } = await removeKeys(bucket, keys);
    all.deleted += deleted;
    all.hidden ||= hidden;
  }
}

/** Objects, older versions and delete markers. `mine`: a key is also the beginning of longer ones. */
export async function emptyVersions(
  bucket: Bucket,
  prefix: string,
  mine: (key: string) => boolean,
): Promise<number> {
  const { sdk, client, name: Bucket, signal: abortSignal } = bucket;
  let deleted = 0;
  let from: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const command = new sdk.ListObjectVersionsCommand({ Bucket, Prefix: prefix, MaxKeys: PAGE, ...from });
    const page = await client.send(command, { abortSignal });
    const listed = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    const found = listed.flatMap(({ Key, VersionId }) =>
      Key !== undefined && mine(Key) ? [{ Key, ...(VersionId === undefined ? {} : { VersionId }) }] : [],
    );
    if (found.length > 0) deleted += (await removeKeys(bucket, found)).deleted;
    // A key comes before those that only begin with it.
    if (found.length < listed.length) return deleted;
    if (!page.IsTruncated || page.NextKeyMarker === undefined) return deleted;
    from = {
      KeyMarker: page.NextKeyMarker,
      ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }),
    };
  }
}

function refuse(codes: string[]): void {
  if (codes.length === 0) return;
  const passing = new Set(["InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout"]);
  const permanent = codes.find((code) => !passing.has(code));
  if (permanent !== undefined) throw new PermanentFailure(permanent);
  throw new PassingFailure(codes[0] as string);
}
