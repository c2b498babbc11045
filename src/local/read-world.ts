import { parse } from "yaml";
import { parseWorld, type World } from "./world.ts";

/** Reads a world from the text of its YAML file. */
export function readWorld(text: string): World {
  return parseWorld(parse(text));
}
