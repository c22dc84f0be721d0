// Which nodes a page may use, and a token that all of them take.

import { FinalError } from "./rookery.js";
import { demoToken } from "./token.js";

const KEY = "rookery.token";
const HOST_PATTERN = /^[A-Za-z0-9.-]+(:\d{1,5})?$/;

/// `?node=10.0.0.2:8000` names another node to begin with; several, with commas
/// between them or as several parameters, are tried one after the other. Among
/// them the node that this page comes from is the first, else it is the last.
export function nodeUrls({ search, host, protocol } = location) {
  const named = new URLSearchParams(search)
    .getAll("node")
    .flatMap((one) => one.split(","))
    .filter((one) => HOST_PATTERN.test(one));
  const scheme = protocol === "https:" ? "wss:" : "ws:";
  const all = [...new Set([...named, host])];
  const own = named.includes(host) ? all.indexOf(host) : 0;
  const turn = [...all.slice(own), ...all.slice(0, own)];
  return turn.map((one) => `${scheme}//${one}/ws`);
}

/// A token of the page's own node, or while that is away the last one.
export async function tokenOfAnyNode(name) {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  try {
    const token = await demoToken(name);
    sessionStorage.setItem(KEY, JSON.stringify({ name, token }));
    return token;
  } catch (error) {
    if (kept?.name === name && !(error instanceof FinalError))
      return kept.token;
    throw error;
  }
}
