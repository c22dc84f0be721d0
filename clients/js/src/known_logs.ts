/** So many topics are remembered; the one that was learned first leaves. */
const TOPICS_MAX = 1000;

/** Which topics have a log, as far as an answer has said so. */
export class KnownLogs {
  readonly #logged = new Map<string, boolean>();

  learn(topic: string, logged: boolean): void {
    const [oldest] = this.#logged.keys();
    if (!this.#logged.has(topic) && this.#logged.size >= TOPICS_MAX)
      this.#logged.delete(oldest as string);
    this.#logged.set(topic, logged);
  }

  /** False only for topics that are known to have none. */
  mayHaveLog(topic: string): boolean {
    return this.#logged.get(topic) ?? true;
  }
}
