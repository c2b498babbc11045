/** A room is a folder of src (`policy/`) or one file of its own (`main.ts`), with the npm packages it may use. */
export type Rooms = Readonly<Record<string, readonly string[]>>;

/** The plan of src: which rooms there are, on which floor, and what each may stand on. */
export interface House {
  /** From the top down: a room imports only from the floors below its own. */
  readonly floors: readonly (readonly [floor: string, rooms: Rooms])[];
  /** A room that stands beside the house and shares nothing with it; only `door` may load it, at run time. */
  readonly apart: { readonly room: string; readonly packages: readonly string[]; readonly door: string };
  /** Floors that do no I/O and read neither clock nor chance. */
  readonly pureFloors: readonly string[];
  /** What the pure floors may take from Node: a module whole, or these names of it. Types of it are free. */
  readonly pureBuiltins: Readonly<Record<string, "whole" | readonly string[]>>;
}

/** The room that a file of src lies in, with what the plan says of it. */
export interface Place {
  readonly room: string;
  readonly floor: string;
  /** 0 is the lowest floor; the room apart has none. */
  readonly height: number | undefined;
  readonly packages: readonly string[];
}

/** Finds the place of a file, given by its path below src; undefined for a file in no known room. */
export function placeOf(house: House, file: string): Place | undefined {
  const slash = file.indexOf("/");
  const room = slash === -1 ? file : file.slice(0, slash + 1);
  if (room === house.apart.room) {
    return { room, floor: "-", height: undefined, packages: house.apart.packages };
  }
  const index = house.floors.findIndex(([, rooms]) => Object.hasOwn(rooms, room));
  const found = house.floors[index];
  if (found === undefined) return undefined;
  const [floor, rooms] = found;
  return { room, floor, height: house.floors.length - 1 - index, packages: rooms[room] ?? [] };
}
