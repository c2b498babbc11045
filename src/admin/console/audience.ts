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

/** More rules than these are told only at every fifth tick: of many some is used each second. */
const MANY_RULES = 50;
const TICKS_OF_MANY = 5;

/** Makes an empty audience. While it is empty nothing is looked at, and nothing ticks. */
export function createAudience({ look, pace, open }: AudienceOptions): Audience {
  const onlookers = new Set<Onlooker>();
  let last: Sheet | undefined;
  let close: (() => void) | undefined;
  const lookAgain = inTurn(look);
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
    const { sheet, isLast } = lookAgain(last);
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

/** Looks, and holds many rules back until it is their turn. */
function inTurn(look: AudienceOptions["look"]): (last: Sheet | undefined) => ReturnType<typeof look> {
  let ticks = 0;
  return (last) => {
    const seen = look();
    const isTurn = seen.isLast || ++ticks % TICKS_OF_MANY === 0;
    return last === undefined || isTurn ? seen : { ...seen, sheet: withRulesOf(last, seen.sheet) };
  };
}

/** What is seen, but for many rules: they stay as they were. */
function withRulesOf(last: Sheet, seen: Sheet): Sheet {
  const { rules } = seen.tables;
  if (rules.length <= MANY_RULES || last.tables.rules.length <= MANY_RULES) return seen;
  return { ...seen, tables: { ...seen.tables, rules: last.tables.rules } };
}
