/** Makes a line of the log fit for whoever reads it: it is one line, commands no terminal, and shows no token. */
export function plainLine(line: string): string {
  return withoutTokens(withoutControls(line));
}

const CONTROLS = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * JSON escapes the control characters below U+0020 only. Those above it end lines or command terminals just as well, and
 * keys and groups are written by strangers.
 */
function withoutControls(line: string): string {
  return line.replace(CONTROLS, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * A token stands where a client should not have put it: in a key, a query, a scope. Its first characters, `eyJ`, are
 * those of every JSON object in base64url, and `ZXlK` are those of them in base64 once more, as a WebSocket's subprotocol
 * has it. Its dots may be percent-encoded, once or twice.
 */
const TOKEN = /eyJ[\w-]{8,}(?:(?:\.|%(?:25)*2[Ee])[\w-]*){0,4}|ZXlK[\w+/-]{8,}=*/g;

function withoutTokens(line: string): string {
  return line.includes("eyJ") || line.includes("ZXlK") ? line.replace(TOKEN, "[token]") : line;
}
