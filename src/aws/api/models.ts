import type { ApiModel } from "./model.ts";

/** The services that Postern knows by a table, by signing name. A configuration may tell of more. */
export const API_MODELS: Readonly<Record<string, ApiModel>> = {};
