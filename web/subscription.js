// One wish to receive a topic: where it stands in the topic's log, and what it
// tells the application. Knows nothing of sockets; it lives through them.

/// Handlers, all optional:
///   message(event)   a message, joined or left, once and in order
///   snapshot(event)  the whole state; what was known before is void
///   entered({offset, epoch, mode, recovered, first})  after each subscribe
///   gap(event)       some events come late (`from`, `to`) or never (`dropped`)
///   live(event)      from here on, events come as they happen
///   refused(error)   the server does not let us
export class Subscription {
  #on;
  #snapshot;
  #cursor = null; // position of the newest event that was passed on
  #attached = false;
  #entered = false;

  constructor(topic, { snapshot = false, on = {} } = {}) {
    this.topic = topic;
    this.duplicates = 0;
    this.#snapshot = snapshot;
    this.#on = on;
  }

  get attached() {
    return this.#attached;
  }

  /// Fields of the `subscribe` that continues where this stands.
  wish() {
    if (this.#cursor) return { topic: this.topic, since: this.#cursor };
    if (this.#snapshot) return { topic: this.topic, snapshot: true };
    return { topic: this.topic };
  }

  onReply({ epoch, offset, mode, recovered }) {
    const first = !this.#entered;
    this.#attached = true;
    this.#entered = true;
    if (epoch === undefined) {
      this.#cursor = null; // there is no log
    } else if (mode === "snapshot") {
      this.#cursor = null; // the snapshot says where we are
    } else if (mode !== "replay" || this.#cursor?.epoch !== epoch) {
      this.#cursor = { epoch, offset };
    }
    this.#on.entered?.({ epoch, offset, mode, recovered, first });
  }

  onRefused(error) {
    this.#on.refused?.(error);
  }

  /// The connection is gone; the cursor stays.
  onLost() {
    this.#attached = false;
  }

  /// The application wants no more of it.
  end() {
    this.#on = {};
  }

  onEvent(event) {
    if (!this.#attached) return; // of an earlier subscription
    switch (event.event) {
      case "snapshot":
        this.#cursor = { epoch: event.epoch, offset: event.offset };
        return this.#on.snapshot?.(event);
      case "live":
        this.#advance(event.offset);
        return this.#on.live?.(event);
      case "gap":
        return this.#on.gap?.(event);
      default:
        if (this.#advance(event.offset)) this.#on.message?.(event);
        else this.duplicates += 1;
    }
  }

  /// False for what was passed on already. Topics without a log have no
  /// offsets, and nothing to compare.
  #advance(offset) {
    if (offset === undefined || !this.#cursor) return true;
    if (offset <= this.#cursor.offset) return false;
    this.#cursor = { epoch: this.#cursor.epoch, offset };
    return true;
  }
}
