export { Client } from "./client.js";
export type { ClientEvents } from "./client_events.js";
export type { BackoffOptions } from "./backoff.js";
export type { MessagePack } from "./codec.js";
export type { ConnectionState } from "./connection.js";
export type { Reset, ResetReason } from "./cursor.js";
export type { Unsubscribe } from "./emitter.js";
export type {
  CancelSignal,
  Clock,
  VisibilitySource,
  WebSocketConstructor,
  WebSocketLike,
} from "./environment.js";
export {
  FinalError,
  RetryAfterError,
  RookeryError,
  type ErrorName,
  type LocalErrorName,
  type ProtocolErrorName,
} from "./errors.js";
export type { ClientOptions } from "./options.js";
export type { Lobby } from "./lobby.js";
export type {
  LobbyList,
  LobbyListEvents,
  LobbyListOptions,
} from "./lobby_list.js";
export type { Match, MatchOptions } from "./lobby_match.js";
export type {
  LobbyCreateOptions,
  LobbyEvents,
  LobbyJoinOptions,
  LobbySetup,
  SeatedNotice,
} from "./lobby_options.js";
export type { LobbyPlay, LobbyPlayEvents } from "./lobby_play.js";
export type { CallOptions } from "./lobby_port.js";
export type { LobbyView } from "./lobby_view.js";
export type {
  ListedLobby,
  LobbiesChangedEvent,
  LobbyChangedEvent,
  LobbyClosed,
  LobbyCloseReason,
  LobbyHeld,
  LobbyHost,
  LobbyJoined,
  LobbyKicked,
  LobbyLeft,
  LobbyPage,
  LobbyReady,
  LobbySeat,
  LobbyStarted,
  LobbyStateChange,
  MatchReceipt,
  SeatReceipt,
} from "./lobby_wire.js";
export type { MergePatch } from "./merge_patch.js";
export type {
  GapNotice,
  HistoryOptions,
  MembersOptions,
  PresenceOptions,
  PublishOptions,
  ResetEvent,
  SetOptions,
  StateNotice,
  SubscribedEvent,
  SubscribeOptions,
  Subscription,
  SubscriptionEvents,
  TellOptions,
} from "./subscription.js";
export type { TokenFunction } from "./token.js";
export type {
  DirectEvent,
  FlowEvent,
  History,
  HistoryMessage,
  JoinedEvent,
  LeftEvent,
  LiveEvent,
  Member,
  MembersEvent,
  MessageEvent,
  Mode,
  Position,
  Presence,
  PresentMember,
  Receipt,
  ReconnectEvent,
  RoomSnapshot,
  SendReply,
  SnapshotEvent,
  StateEvent,
  SubscribeReply,
  TopicKind,
  WelcomeEvent,
} from "./wire.js";
