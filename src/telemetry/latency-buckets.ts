/** Four to an octave: what is told of one is at most a tenth off. */
const PER_OCTAVE = 4;

/** 2⁻⁵ ms, which is 31 µs; what is quicker is told as that. */
const LEAST_OCTAVE = -5;

/** From there to 2¹⁷ ms, two minutes; what takes longer is told as that. */
export const LATENCY_BUCKETS = 22 * PER_OCTAVE;

/** The bucket of a time. */
export function bucketOf(ms: number): number {
  const at = Math.floor((Math.log2(ms) - LEAST_OCTAVE) * PER_OCTAVE);
  return at > 0 ? Math.min(at, LATENCY_BUCKETS - 1) : 0;
}

/**
 * The time within which a part of what was counted was over, in milliseconds; undefined where nothing was.
 *
 * @param counts one a bucket
 * @param part from 0 to 1
 */
export function quantileOf(counts: ArrayLike<number>, part: number): number | undefined {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] ?? 0;
  if (total === 0) return undefined;
  const rank = part * total;
  let below = 0;
  for (let i = 0; i < counts.length; i++) {
    const here = counts[i] ?? 0;
    if (here > 0 && below + here >= rank) return timeAt(i + Math.max(0, rank - below) / here);
    below += here;
  }
  return timeAt(counts.length);
}

function timeAt(bucket: number): number {
  return 2 ** (bucket / PER_OCTAVE + LEAST_OCTAVE);
}
