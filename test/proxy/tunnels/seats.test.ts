import { expect, it } from "vitest";
import { createSeats } from "../../../src/proxy/tunnels/seats.ts";
import { codeOf } from "../../support/asking.ts";

it("one caller takes as many places as there are for one, and leaves those of others", () => {
  const seatOf = createSeats(() => 2);
  const [first, second, third, others] = [seatOf(), seatOf(), seatOf(), seatOf()];
  first.take("a");
  second.take("a");
  expect(codeOf(() => third.take("a"))).toBe("overloaded");
  expect(codeOf(() => others.take("b"))).toBe("nothing");
  // Who got none has none to give back, and a place is given back once.
  third.leave();
  first.leave();
  first.leave();
  expect(codeOf(() => third.take("a"))).toBe("nothing");
  expect(codeOf(() => seatOf().take("a"))).toBe("overloaded");
});

it("a change of how many holds from then on", () => {
  let max = 1;
  const seatOf = createSeats(() => max);
  seatOf().take("a");
  max = 2;
  expect(codeOf(() => seatOf().take("a"))).toBe("nothing");
  max = 1;
  expect(codeOf(() => seatOf().take("a"))).toBe("overloaded");
});
