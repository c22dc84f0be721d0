/** What stops a handler from being called. */
export type Unsubscribe = () => void;

/** Typed events: `Events` maps each name to what its handlers get. */
export class Emitter<Events extends object> {
  readonly #handlers = new Map<keyof Events, Set<(event: never) => void>>();

  on<Name extends keyof Events>(
    name: Name,
    handler: (event: Events[Name]) => void,
  ): Unsubscribe {
    let some = this.#handlers.get(name);
    if (!some) this.#handlers.set(name, (some = new Set()));
    some.add(handler);
    return () => this.off(name, handler);
  }

  off<Name extends keyof Events>(
    name: Name,
    handler: (event: Events[Name]) => void,
  ): void {
    this.#handlers.get(name)?.delete(handler);
  }

  /**
   * Calls the handlers now. One that throws harms neither the others nor the
   * connection: its error is thrown on, where nobody of ours can catch it.
   */
  protected emit<Name extends keyof Events>(
    name: Name,
    event: Events[Name],
  ): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])]) {
      try {
        (handler as (event: Events[Name]) => void)(event);
      } catch (error) {
        void Promise.reject(error);
      }
    }
  }
}
