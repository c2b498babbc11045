import { expect, it } from "vitest";
import type { TunnelEnd } from "../../../src/domain/tunnel-end.ts";
import { createTunnels } from "../../../src/proxy/tunnels/tunnels.ts";

function aTunnel(review: () => TunnelEnd | undefined = () => undefined) {
  const ends: TunnelEnd[] = [];
  return { ends, standing: { tunnel: { end: (why: TunnelEnd) => void ends.push(why) }, review, since: 0 } };
}

it("a review ends the tunnels that may not go on, and no others", async () => {
  const tunnels = createTunnels();
  const [stays, goes] = [aTunnel(), aTunnel(() => "denied" as const)];
  const leave = [stays, goes].map(({ standing }) => tunnels.add(standing));
  await tunnels.review();
  expect([stays.ends, goes.ends]).toEqual([[], ["denied"]]);
  for (const one of leave) one();
  await tunnels.drain();
});

it("one that opened while the others were decided anew is so too", async () => {
  const tunnels = createTunnels();
  const since = tunnels.reviews();
  const [early, late] = [aTunnel(() => "denied" as const), aTunnel(() => "denied" as const)];
  const leave = [tunnels.add({ ...early.standing, since })];
  await new Promise(setImmediate);
  expect(early.ends).toEqual([]);
  void tunnels.review();
  leave.push(tunnels.add({ ...late.standing, since }));
  await new Promise(setImmediate);
  expect([early.ends, late.ends]).toEqual([["denied"], ["denied"]]);
  for (const one of leave) one();
  await tunnels.drain();
});

it("all are ended at once, those too that open just now and nobody has decided since", async () => {
  const tunnels = createTunnels();
  const since = tunnels.reviews();
  const [open, late, next] = [aTunnel(), aTunnel(), aTunnel()];
  const leave = [tunnels.add(open.standing)];
  tunnels.endAll("locked");
  expect(open.ends).toEqual(["locked"]);
  leave.push(tunnels.add({ ...late.standing, since }));
  leave.push(tunnels.add({ ...next.standing, since: tunnels.reviews() }));
  expect([late.ends, next.ends]).toEqual([["locked"], []]);
  for (const one of leave) one();
  await tunnels.drain();
});

it("a drain ends all, those too that come after it has begun, and waits until they are gone", async () => {
  const tunnels = createTunnels();
  const [first, late] = [aTunnel(), aTunnel()];
  const leaveFirst = tunnels.add(first.standing);
  let isOver = false;
  const draining = tunnels.drain().then(() => (isOver = true));
  expect(first.ends).toEqual(["drain"]);
  const leaveLate = tunnels.add(late.standing);
  expect(late.ends).toEqual(["drain"]);
  leaveFirst();
  await new Promise(setImmediate);
  expect([isOver, tunnels.count()]).toEqual([false, 1]);
  leaveLate();
  await draining;
  expect(tunnels.count()).toBe(0);
});

it("a review of many lets others have their turn, and one that begins meanwhile looks at all", async () => {
  const tunnels = createTunnels();
  let reviews = 0;
  const slow = (): undefined => {
    const untilMs = performance.now() + 2;
    while (performance.now() < untilMs);
    reviews++;
  };
  const leave = Array.from({ length: 30 }, () => tunnels.add(aTunnel(slow).standing));
  const first = tunnels.review();
  expect(tunnels.reviews()).toBe(1);
  const before = reviews;
  expect(before).toBeLessThan(30);
  await Promise.all([first, tunnels.review()]);
  expect(reviews).toBe(before + 30);
  for (const one of leave) one();
  await tunnels.drain();
});

it("a review is over at once where nothing is open, and where all that were open have ended meanwhile", async () => {
  const tunnels = createTunnels();
  await tunnels.review();
  const leave: (() => void)[] = [];
  const slow = (): undefined => {
    const untilMs = performance.now() + 11;
    while (performance.now() < untilMs);
    for (const one of leave) one();
  };
  const since = tunnels.reviews();
  leave.push(tunnels.add({ ...aTunnel(slow).standing, since }));
  let isLooked = false;
  leave.push(tunnels.add({ ...aTunnel(() => void (isLooked = true)).standing, since }));
  await tunnels.review();
  expect(isLooked).toBe(false);
  await tunnels.drain();
});
