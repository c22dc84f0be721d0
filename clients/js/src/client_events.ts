import type { ConnectionState } from "./connection.js";
import type { RookeryError } from "./errors.js";
import type { DirectEvent, FlowEvent, ReconnectEvent } from "./wire.js";

/** What belongs to no topic. */
export interface ClientEvents {
  /** Each change of where the connection stands. */
  state: ConnectionState;
  /** The client does not come back until `connect` is called. */
  stopped: RookeryError;
  direct: DirectEvent;
  /** The server wants fewer publishes for a while; they wait here. */
  flow: FlowEvent;
  /** The server asks us to move; the client does so at its moment. */
  reconnect: ReconnectEvent;
  /** An error that answers no request. */
  error: RookeryError;
}
