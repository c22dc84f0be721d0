// JSON merge patch, RFC 7396. Pure.

/**
 * What `set` takes: only what changes. `null` removes a field; everything that
 * is no object, lists too, replaces what was there.
 */
export type MergePatch<State> = unknown extends State
  ? Record<string, unknown>
  : State extends object
    ? { [Name in keyof State]?: PatchValue<State[Name]> | null }
    : never;

type PatchValue<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { [Name in keyof Value]?: PatchValue<Value[Name]> | null }
    : Value;

/** The document that comes of it. What it is made of is left as it was. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged); // sets no prototype, whatever the names
}

/** Neither a list nor the bytes of MessagePack. */
function isObject(value: unknown): value is object {
  return Object.prototype.toString.call(value) === "[object Object]";
}
