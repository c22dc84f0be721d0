// A seat in a lobby that fits, wherever one is, or becomes, free.

import type { CancelSignal } from "./environment.js";
import { RookeryError } from "./errors.js";
import type { Lobby } from "./lobby.js";
import type { LobbyHub } from "./lobby_hub.js";
import type { LobbySetup } from "./lobby_options.js";
import type { LobbyPort } from "./lobby_port.js";
import type { MatchReceipt } from "./lobby_wire.js";
import type { ClientMessage } from "./wire.js";

interface MatchLimits {
  /** Of the lobby's name, and of that of a new one. */
  prefix: string;
  /** So long we wait for a seat, before a new lobby is made or it fails. */
  waitMs?: number;
  /** Ends the waiting; the promise rejects with `aborted`. */
  signal?: CancelSignal;
  /** Idempotency key; by default one that no other call has. */
  key?: string;
}

export type MatchOptions<State = unknown, Info = unknown> = MatchLimits &
  (
    | ({ create?: true } & LobbySetup<State, Info>)
    /** Never a new lobby: `not_available` when there was none in time. */
    | { create: false; seats?: number; info?: Partial<Info> }
  );

export interface Match<State, Info, Data, Play> extends MatchReceipt {
  /** With our seat, and subscribed. */
  lobby: Lobby<State, Info, Data, Play>;
}

export async function match<State, Info, Data, Play>(
  port: LobbyPort,
  hub: LobbyHub,
  options: MatchOptions<State, Info>,
  answerMs: number,
): Promise<Match<State, Info, Data, Play>> {
  const { waitMs = 0, signal } = options;
  if (signal?.aborted) throw aborted();
  const id = port.nextId();
  let wanted = true;
  const { generation } = hub;
  const asked = port.ask<MatchReceipt>(
    messageOf(id, { key: port.nextKey(), ...options }),
    waitMs + answerMs,
    ({ code }) => wanted && code === "disconnected",
  );
  const receipt = await new Promise<MatchReceipt>((resolve, reject) => {
    const cancel = () => {
      wanted = false;
      reject(aborted());
      if (port.withdraw(id, aborted())) return;
      port.ask({ event: "lobby.match.cancel", match: id }).catch(() => {});
    };
    signal?.addEventListener("abort", cancel);
    const settled = () => signal?.removeEventListener("abort", cancel);
    asked.then(
      (found) => {
        settled();
        if (wanted) return resolve(found);
        // The seat was faster than our change of mind.
        port
          .order({ event: "lobby.leave", topic: found.topic })
          .catch(() => {});
      },
      (error) => {
        settled();
        reject(error);
      },
    );
  });
  const lobby = hub.lobby<State, Info, Data, Play>(receipt.topic);
  const { topic, seat, created, epoch, offset } = receipt;
  lobby.take({ seat, epoch, offset }, generation, {});
  return { lobby, topic, seat, created, epoch, offset };
}

function messageOf<State, Info>(
  id: number,
  options: MatchOptions<State, Info>,
): ClientMessage {
  const { prefix, waitMs, key, create, seats, info } = options;
  const common = { prefix, seats, info, wait_ms: waitMs, key };
  const message: ClientMessage = { event: "lobby.match", id, ...common };
  if (create === false) return { ...message, create };
  const { state, minPlayers, autoStart } = options;
  return { ...message, state, min_players: minPlayers, auto_start: autoStart };
}

function aborted(): RookeryError {
  return new RookeryError("aborted", "the match was cancelled");
}
