// What lobbies ask of their client.

import type { Client } from "./client.js";
import type { RookeryError } from "./errors.js";
import type { Outbox } from "./outbox.js";
import type { Subscription, SubscribeOptions } from "./subscription.js";
import type { Topics } from "./topics.js";
import type { ClientMessage } from "./wire.js";

export interface CallOptions {
  /** Idempotency key; by default one that no other call has. */
  key?: string;
  /** Deadline, in milliseconds. */
  timeoutMs?: number;
}

export interface LobbyPort {
  /** In one order with the publishes, with a key, and again until its answer. */
  order<Reply>(message: ClientMessage, options?: CallOptions): Promise<Reply>;
  /** As `order`, of what comes to the same when it is said twice: no key. */
  repeat<Reply>(message: ClientMessage, options?: CallOptions): Promise<Reply>;
  /** Once, or while `again` says so of what has failed. */
  ask<Reply>(
    message: ClientMessage,
    timeoutMs?: number,
    again?: (error: RookeryError) => boolean,
  ): Promise<Reply>;
  /** Takes back what was not sent yet; false if it was. */
  withdraw(id: number, error: RookeryError): boolean;
  nextId(): number;
  /** An idempotency key that no other call has. */
  nextKey(): string;
  tell(topic: string, data: unknown): boolean;
  subscribe<Data, State>(
    topic: string,
    options?: SubscribeOptions<State>,
  ): Subscription<Data, State>;
  subscribed(topic: string): boolean;
  /** Asks for a subscription again that was refused. */
  again(one: Subscription<never>): void;
  /** Who we are; undefined before the first welcome. */
  user(): string | undefined;
}

/** What a client keeps to itself, and lends for this. */
export interface ClientParts {
  order<Reply>(
    message: ClientMessage,
    repeatable: () => boolean,
    timeoutMs?: number,
    keyed?: boolean,
  ): Promise<Reply>;
  request<Reply>(
    message: ClientMessage,
    repeatable: (error: RookeryError) => boolean,
    timeoutMs?: number,
  ): Promise<Reply>;
  topics: Topics;
  requests: Outbox;
  nextId: () => number;
  nextKey: () => string;
}

export function lobbyPort(
  client: Client,
  { order, request, topics, requests, nextId, nextKey }: ClientParts,
): LobbyPort {
  const always = () => true;
  const never = () => false;
  return {
    order: (message, { key, timeoutMs } = {}) =>
      order({ ...message, key }, always, timeoutMs),
    repeat: (message, { timeoutMs } = {}) =>
      order(message, always, timeoutMs, false),
    ask: (message, timeoutMs, again = never) =>
      request(message, again, timeoutMs),
    withdraw: (id, error) => requests.withdraw(id, error),
    nextId,
    nextKey,
    tell: (topic, data) => client.tell(topic, data),
    subscribe: (topic, options) => client.subscribe(topic, options),
    subscribed: (topic) => topics.wanted(topic) !== undefined,
    again: (one) => topics.again(one),
    user: () => client.user,
  };
}
