import { changesOf } from "./sheet/changes.ts";
import type { Changes, Sheet } from "./sheet/sheet.ts";

/** Does something again and again. Gives what ends it. */
export type Pace = (tick: () => void) => () => void;

/** Somebody who looks. */
export interface Onlooker {
  readonly tell: (news: Changes) => void;
  /** There is nothing more to be told. */
  readonly end: () => void;
}

/** All who look. */
export interface Audience {
  /** Tells somebody all that is known now, and what changes from then on. Gives what takes the seat back. */
  readonly join: (onlooker: Onlooker) => () => void;
  readonly isFull: () => boolean;
}

/** What {@link createAudience} needs. */
export interface AudienceOptions {
  /** Made once for all of them; that the last has been told ends it. */
  readonly look: () => { readonly sheet: Sheet; readonly isLast: boolean };
  readonly pace: Pace;
  /** Called when the first comes. Gives what is called when the last has gone. */
  readonly open: () => () => void;
}

const SEATS = 16;

/** Makes an empty audience. While it is empty nothing is looked at, and nothing ticks. */
export function createAudience({ look, pace, open }: AudienceOptions): Audience {
  const onlookers = new Set<Onlooker>();
  let last: Sheet | undefined;
  let close: (() => void) | undefined;
  const endAll = (): void => {
    for (const { end } of onlookers) end();
    onlookers.clear();
    rest();
  };
  const rest = (): void => {
    close?.();
    close = undefined;
    last = undefined;
  };
  const tick = (): void => {
    const { sheet, isLast } = look();
    const news = changesOf(last ?? sheet, sheet);
    last = sheet;
    for (const { tell } of onlookers) tell(news);
    if (isLast) endAll();
  };
  const guarded = (): void => {
    try {
      tick();
    } catch {
      // A page that cannot be made must not end the process. Whoever looked comes again, and is told.
      endAll();
    }
  };
  const begin = (): void => {
    const stop = pace(guarded);
    const closeOwn = open();
    close = () => {
      stop();
      closeOwn();
    };
  };
  return {
    join: (onlooker) => {
      const sheet = (last ??= look().sheet);
      if (onlookers.size === 0) begin();
      onlookers.add(onlooker);
      onlooker.tell(sheet);
      return () => {
        if (onlookers.delete(onlooker) && onlookers.size === 0) rest();
      };
    },
    isFull: () => onlookers.size >= SEATS,
  };
}
