// Names and colours of people.

const BIRDS =
  "avocet bittern bunting chough curlew dipper dunlin dunnock egret fieldfare " +
  "goldcrest goshawk grebe heron hobby hoopoe jackdaw jay kestrel kingfisher " +
  "kite knot lapwing linnet martin merlin nightjar nuthatch oriole osprey " +
  "petrel pipit plover quail raven redstart robin rook ruff siskin skylark " +
  "snipe swift tern thrush wagtail warbler wheatear whimbrel wren";

export const NAME_PATTERN = /^[A-Za-z0-9_-]{1,32}$/;

/// "merlin-42": a name that nobody else in the room is likely to have.
export function birdName() {
  const birds = BIRDS.split(" ");
  const bird = birds[Math.floor(Math.random() * birds.length)];
  return `${bird}-${10 + Math.floor(Math.random() * 90)}`;
}

/// The same hue (of 12) for the same name in every tab.
export function hueOf(name) {
  let hash = 2166136261; // FNV-1a
  for (const letter of name)
    hash = Math.imul(hash ^ letter.codePointAt(0), 16777619);
  return ((hash >>> 8) % 12) * 30;
}

export function randomId(prefix, size) {
  const bytes = crypto.getRandomValues(new Uint8Array(size));
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0"));
  return `${prefix}-${hex.join("")}`;
}
