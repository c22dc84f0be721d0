// What went over the wire: the newest frames each way, with runs of unlogged
// traffic and of pings folded into one row. Pure; wire.js shows it.

export const KEPT_MAX = 50;

const encoder = new TextEncoder();

export class WireLog {
  #rows = { in: [], out: [], note: [] };
  #open = new Map(); // rows that the next of their kind joins
  #asked = new Map(); // by id: what waits for its answer on this connection
  #nextId = 0;

  /// All rows in order.
  get rows() {
    return Object.values(this.#rows)
      .flat()
      .sort((a, b) => a.id - b.id);
  }

  /// The row that this frame made or joined, and the row that had to go.
  frame(direction, text) {
    const message = parsed(text);
    const request = this.#requestOf(direction, message);
    const kind = kindOf(message, request);
    const event = message?.event ?? "not JSON";
    const lane = `${direction} ${event} ${message?.topic ?? ""}`;
    const facts = {
      text,
      message,
      bytes: encoder.encode(text).length,
      took: request && performance.now() - request.at,
      answers: request?.event,
    };
    const run = kind === "log" ? undefined : this.#open.get(lane);
    if (run) {
      Object.assign(run, facts);
      run.count += 1;
      return { row: run };
    }
    const row = { direction, kind, event, count: 1, at: Date.now(), ...facts };
    if (kind === "log") this.#open.clear();
    else this.#open.set(lane, row);
    return this.#add(row);
  }

  /// What happened to the connection itself.
  note(text) {
    this.#open.clear();
    this.#asked.clear();
    const row = { direction: "note", kind: "log", text, at: Date.now() };
    return this.#add(row);
  }

  clear() {
    for (const rows of Object.values(this.#rows)) rows.length = 0;
    this.#open.clear();
  }

  /// What an answer answers; a question is kept until then.
  #requestOf(direction, message) {
    const { id, event } = message ?? {};
    if (id === undefined) return undefined;
    if (direction === "out") {
      this.#asked.set(id, { event, at: performance.now() });
      return undefined;
    }
    const request = this.#asked.get(id);
    this.#asked.delete(id);
    return request;
  }

  #add(row) {
    row.id = this.#nextId++;
    const rows = this.#rows[row.direction];
    rows.push(row);
    const gone = rows.length > KEPT_MAX ? rows.shift() : undefined;
    if (gone)
      for (const [lane, one] of this.#open)
        if (one === gone) this.#open.delete(lane);
    return { row, gone };
  }
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/// "log": what has a place or an answer; "live": unlogged; "ping".
function kindOf(message, request) {
  if (!message) return "log";
  const event = request?.event ?? message.event;
  if (event === "ping" || event === "pong") return "ping";
  const published = event === "message" || event === "publish";
  const logged = message.id !== undefined || message.offset !== undefined;
  return published && !logged ? "live" : "log";
}
