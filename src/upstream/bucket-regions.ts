/** Which buckets are in another region than requests for them say, as AWS has told. */
export interface BucketRegions {
  readonly find: (upstream: string, bucket: string) => string | undefined;
  readonly learn: (upstream: string, bucket: string, region: string) => void;
}

/** Buckets that are remembered; a forgotten one costs a redirect. */
const MAX_BUCKETS = 10_000;

/** Makes an empty memory. What it says decides nothing: a bucket that has moved is redirected anew. */
export function createBucketRegions(): BucketRegions {
  const known = new Map<string, string>();
  return {
    find: (upstream, bucket) => (known.size === 0 ? undefined : known.get(`${upstream}/${bucket}`)),
    learn: (upstream, bucket, region) => {
      known.set(`${upstream}/${bucket}`, region);
      if (known.size <= MAX_BUCKETS) return;
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    },
  };
}
