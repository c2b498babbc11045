import { getOrAdd } from "../domain/get-or-add.ts";

/** Whose turn it is goes by these two. */
export interface Standing {
  readonly group: string;
  readonly member: string;
}

/** A queue in which group by group takes turns, and within a group member by member, however many wait for each. */
export interface FairQueue<T extends Standing> {
  readonly push: (item: T) => void;
  /**
   * Takes out the one whose turn it is.
   *
   * @param mayGo a group whose next one may not go keeps its turn, and the others go on
   */
  readonly next: (mayGo: (item: T) => boolean) => T | undefined;
  readonly remove: (item: T) => void;
  /**
   * Finds who has to leave when one comes too many: the newest of the member with most items of the group with most.
   * Between equals those of the one that came leave.
   */
  readonly surplus: (came: T) => T;
}

interface Group<T> {
  readonly members: Map<string, T[]>;
  /** Items of all members. */
  size: number;
}

/** Makes an empty queue. Maps keep their order, so the first of a map is the one whose turn it is. */
export function createFairQueue<T extends Standing>(): FairQueue<T> {
  const groups = new Map<string, Group<T>>();

  const next: FairQueue<T>["next"] = (mayGo) => {
    for (const [name, group] of groups) {
      const [turn] = group.members;
      const [member, line] = turn ?? ["", []];
      const [item] = line;
      if (item === undefined || !mayGo(item)) continue;
      line.shift();
      group.size--;
      toTheEnd(group.members, member, line.length > 0);
      toTheEnd(groups, name, group.size > 0);
      return item;
    }
    return undefined;
  };
  return {
    push: (item) => {
      const group = getOrAdd(groups, item.group, () => ({ members: new Map<string, T[]>(), size: 0 }));
      getOrAdd(group.members, item.member, () => []).push(item);
      group.size++;
    },
    next,
    remove: (item) => {
      const group = groups.get(item.group);
      const line = group?.members.get(item.member);
      const at = line?.indexOf(item) ?? -1;
      if (group === undefined || line === undefined || at < 0) return;
      line.splice(at, 1);
      group.size--;
      if (line.length === 0) group.members.delete(item.member);
      if (group.size === 0) groups.delete(item.group);
    },
    surplus: (came) => {
      const group = largest(groups, came.group, ({ size }) => size);
      const line = group && largest(group.members, came.member, ({ length }) => length);
      return line?.at(-1) ?? came;
    },
  };
}

function toTheEnd<V>(ring: Map<string, V>, key: string, stays: boolean): void {
  const value = ring.get(key);
  ring.delete(key);
  if (stays && value !== undefined) ring.set(key, value);
}

/** The value that counts most; that of `first` where no other counts more. */
function largest<V>(map: ReadonlyMap<string, V>, first: string, count: (value: V) => number): V | undefined {
  let most = map.get(first);
  for (const value of map.values()) if (most === undefined || count(value) > count(most)) most = value;
  return most;
}
