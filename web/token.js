// Tokens of the demo, from the node itself.

import { FinalError, RetryAfterError } from "./rookery.js";

/// A token for this name; an error says whether to ask again, and when.
export async function demoToken(name) {
  const response = await fetch(`/demo/token?name=${encodeURIComponent(name)}`);
  const text = (await response.text()).trim();
  if (response.ok) return text;
  const why = text || `HTTP ${response.status}`;
  if (response.status >= 400 && response.status < 429)
    throw new FinalError(why);
  const seconds = Number(response.headers.get("Retry-After"));
  throw new RetryAfterError(why, seconds > 0 ? seconds * 1000 : 0);
}
