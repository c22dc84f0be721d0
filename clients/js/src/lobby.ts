// A lobby as one user sees and uses it. A seat that was taken is taken back
// after each lost connection; what the lobby is follows from its log.

import { Emitter } from "./emitter.js";
import { RookeryError } from "./errors.js";
import type {
  LobbyCreateOptions,
  LobbyEvents,
  LobbyJoinOptions,
} from "./lobby_options.js";
import { LobbyPlay } from "./lobby_play.js";
import type { CallOptions, LobbyPort } from "./lobby_port.js";
import { after, viewOf, type LobbyView } from "./lobby_view.js";
import type {
  LobbyChangedEvent,
  LobbySnapshot,
  SeatReceipt,
} from "./lobby_wire.js";
import type { MergePatch } from "./merge_patch.js";
import type {
  PublishOptions,
  SetOptions,
  Subscription,
} from "./subscription.js";
import type {
  ClientEventName,
  ClientMessage,
  DirectEvent,
  Position,
  Receipt,
  SendReply,
  SnapshotEvent,
  TopicEvent,
} from "./wire.js";

/** @internal What keeps the lobbies of one client apart. */
export interface LobbyKeeper {
  /** Throws if another handle uses the topic. */
  enter(lobby: AnyLobby): void;
  leave(lobby: AnyLobby): void;
  /** Says join again on this connection. */
  retake(lobby: AnyLobby): void;
  /** Of the connection that is there or comes next: they are counted. */
  readonly generation: number;
}

export type AnyLobby = Lobby<never, never, never, never>;

export class Lobby<
  State = unknown,
  Info = unknown,
  Data = unknown,
  Play = unknown,
> extends Emitter<LobbyEvents<State, Info, Data>> {
  readonly topic: string;
  /** Inputs and positions, beside the log. */
  readonly play: LobbyPlay<Play>;
  readonly #port: LobbyPort;
  readonly #keeper: LobbyKeeper;
  #subscription: Subscription<Data, State> | undefined;
  #refused = false;
  #view: LobbyView<State, Info> | undefined;
  #wish: LobbyJoinOptions | undefined; // to have a seat: how it was asked for
  #seated: Position | undefined; // where we got it
  #seat: number | undefined;
  #asking = 0; // calls that may bring a seat
  #retaking = false; // join was said again, and not answered
  #leaves = 0; // a seat that was asked for before is not wanted

  /** Made by `Client.lobby`. */
  constructor(topic: string, port: LobbyPort, keeper: LobbyKeeper) {
    super();
    this.topic = topic;
    this.#port = port;
    this.#keeper = keeper;
    this.play = new LobbyPlay(topic, port, () => this.#seat !== undefined);
  }

  /** What the lobby is at `position`; undefined while that is not known, as it
   * is until the first snapshot and after a reset. */
  get state(): LobbyView<State, Info> | undefined {
    return this.#view;
  }

  /** Of the newest event that was told; what `ifOffset` compares. */
  get position(): Position | undefined {
    return this.#subscription?.position;
  }

  /** The number of our seat; undefined without one. */
  get seat(): number | undefined {
    return this.#seat;
  }

  get isHost(): boolean {
    const me = this.#port.user();
    return me !== undefined && this.#view?.host === me;
  }

  // -- coming and going ---------------------------------------------------------

  /** Makes it, takes seat 0 and is host. */
  async create(options: LobbyCreateOptions<State, Info>): Promise<SeatReceipt> {
    const { minPlayers, autoStart, key, timeoutMs, ...rest } = options;
    const setup = { ...rest, min_players: minPlayers, auto_start: autoStart };
    const { generation } = this.#keeper;
    const receipt = await this.#askForSeat(() =>
      this.#port.order(this.#message("lobby.create", setup), {
        key,
        timeoutMs,
      }),
    );
    return this.take(receipt, generation, { password: options.password });
  }

  /** Takes a seat. Who has one already has the same again. */
  async join(options: LobbyJoinOptions = {}): Promise<SeatReceipt> {
    const { password } = options;
    const receipt = await this.#askForSeat(() =>
      this.#port.repeat(this.#message("lobby.join", { password }), options),
    );
    return this.take(receipt, this.#keeper.generation, { password });
  }

  /** A handle that came to nothing is as one that was never used. */
  async #askForSeat(ask: () => Promise<SeatReceipt>): Promise<SeatReceipt> {
    this.#keeper.enter(this as unknown as AnyLobby);
    const leaves = this.#leaves;
    this.#asking += 1;
    try {
      const receipt = await ask();
      if (leaves === this.#leaves) return receipt;
      throw new RookeryError("closed", `${this.topic} was left meanwhile`);
    } catch (error) {
      if (leaves === this.#leaves && !this.#subscription)
        this.#keeper.leave(this as unknown as AnyLobby);
      throw error;
    } finally {
      this.#asking -= 1;
    }
  }

  /** Looks on without a seat. */
  watch(): this {
    this.#keeper.enter(this as unknown as AnyLobby);
    this.#subscribe();
    return this;
  }

  /** Frees the seat, if there is one, and listens no more. */
  async leave(options?: CallOptions): Promise<void> {
    const seated = this.#seat ?? this.#wish ?? (this.#asking || undefined);
    this.#leaves += 1;
    this.#unseat();
    try {
      if (seated !== undefined) await this.#call("lobby.leave", {}, options);
    } catch (error) {
      // What we want is so already.
      const { code } = error as RookeryError;
      if (code !== "not_seated" && code !== "unknown_topic") throw error;
    } finally {
      this.end();
    }
  }

  // -- in the lobby ---------------------------------------------------------------

  ready(ready = true, options?: CallOptions): Promise<Receipt> {
    return this.#call("lobby.ready", { ready }, options);
  }

  /** Changes the shared document, by the host. */
  set(
    patch: MergePatch<NoInfer<State>>,
    { ifOffset, ...options }: SetOptions = {},
  ): Promise<Receipt> {
    return this.#call("lobby.set", { patch, if_offset: ifOffset }, options);
  }

  /** By the host. */
  kick(user: string, options?: CallOptions): Promise<Receipt> {
    return this.#call("lobby.kick", { user }, options);
  }

  /** By the host: this user may join a private lobby. */
  invite(user: string, options?: CallOptions): Promise<Receipt> {
    return this.#call("lobby.invite", { user }, options);
  }

  /** By the host: nobody joins from then on. */
  start(options?: CallOptions): Promise<Receipt> {
    return this.#call("lobby.start", {}, options);
  }

  /** By the host: ends it, and its name may be used again. */
  close(options?: CallOptions): Promise<Receipt> {
    return this.#call("lobby.close", {}, options);
  }

  /** To the host, or to who has that seat. Sent once: a lost connection rejects,
   * as it may have come. */
  send(data: Data, to: "host" | { seat: number } = "host"): Promise<SendReply> {
    const whom = to === "host" ? { to } : { seat: to.seat };
    const message = { ...whom, data: data ?? null };
    return this.#port.ask(this.#message("lobby.send", message));
  }

  /** To all who are subscribed, in the lobby's log. */
  publish(data: Data, options: PublishOptions = {}): Promise<Receipt> {
    const { tag } = options;
    return this.#call("publish", { data: data ?? null, tag }, options);
  }

  #call(
    event: ClientEventName,
    fields: object,
    options?: CallOptions,
  ): Promise<Receipt> {
    return this.#port.order(this.#message(event, fields), options);
  }

  #message(event: ClientEventName, fields: object): ClientMessage {
    return { event, topic: this.topic, ...fields };
  }

  // -- called by the hub ------------------------------------------------------------

  /** @internal How a seat is to be taken back; undefined: it is not. */
  get wish(): LobbyJoinOptions | undefined {
    return this.#wish;
  }

  /** @internal The same, said now: its answer is what counts until then. */
  wishAgain(): LobbyJoinOptions | undefined {
    this.#retaking = true;
    return this.#wish;
  }

  /** @internal We have a seat. `generation`: the connection that asked; another
   * one that carried the answer may not count as ours yet. */
  take(
    receipt: SeatReceipt,
    generation: number,
    { password }: LobbyJoinOptions,
  ): SeatReceipt {
    this.#keeper.enter(this as unknown as AnyLobby);
    this.#wish = { password };
    this.#onSeated(receipt, false);
    this.#subscribe();
    if (generation !== this.#keeper.generation)
      this.#keeper.retake(this as unknown as AnyLobby);
    return receipt;
  }

  /** @internal */
  onRetaken(receipt: SeatReceipt): void {
    this.#retaking = false;
    if (!this.#wish) return; // it was left meanwhile
    this.#onSeated(receipt, true);
    if (this.#refused) this.#subscribe();
    else this.play.enter();
  }

  /** @internal */
  onLost(error: RookeryError): void {
    this.#retaking = false;
    if (!this.#wish) return;
    this.#unseat();
    this.emit("lost", error);
  }

  /** @internal */
  onDirect(event: DirectEvent): void {
    this.emit("direct", event as DirectEvent<Data>);
  }

  /** @internal The connection is lost; seat and state are kept in mind. */
  onDisconnected(): void {
    this.#retaking = false;
    this.play.lose();
  }

  /** @internal Listens no more. */
  end(): void {
    this.#unseat();
    this.play.leave();
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#refused = false;
    this.#view = undefined;
    this.#keeper.leave(this as unknown as AnyLobby);
  }

  #onSeated({ seat, epoch, offset }: SeatReceipt, retaken: boolean): void {
    this.#seat = seat;
    this.#seated = { epoch, offset };
    this.emit("seated", { seat, epoch, offset, retaken });
  }

  #unseat(): void {
    this.#wish = undefined;
    this.#seat = undefined;
    this.#seated = undefined;
  }

  // -- the topic ----------------------------------------------------------------------

  #subscribe(): void {
    const known = this.#subscription;
    if (known) {
      if (this.#refused) this.#port.again(known as Subscription<never>);
      this.#refused = false;
      return;
    }
    const one = this.#port.subscribe<Data, State>(this.topic, {
      snapshot: true,
    });
    this.#subscription = one;
    one.on("subscribed", () => this.play.enter());
    one.on("snapshot", (event) => this.#onSnapshot(event));
    for (const name of ["joined", "left", "members", "state"] as const)
      one.on(name, (event) => this.#onEvent(event as TopicEvent));
    one.on("changed", (event) => this.#onChange(event));
    one.on("message", (event) => this.emit("message", event));
    one.on("live", (event) => this.emit("live", event));
    one.on("reset", (event) => {
      this.#see(undefined);
      this.emit("reset", event);
    });
    one.on("gap", (event) => {
      if (event.final) this.#see(undefined); // it may have been a change
      this.emit("gap", event);
    });
    one.on("refused", (error) => {
      this.#refused = true;
      this.emit("refused", error);
    });
  }

  #onSnapshot({ epoch, offset, state }: SnapshotEvent<State>): void {
    const view = viewOf(
      state as unknown as LobbySnapshot<State, Info>,
      this.#view,
    );
    if (!this.#isBeforeSeat(offset, epoch)) {
      const me = this.#port.user();
      const mine = view.seats.find(({ user }) => user === me);
      if (mine) this.#seat = mine.seat;
      else if (!this.#wish) this.#unseat();
      else if (!this.#retaking) this.#onSeatGone();
    }
    this.#see(view);
  }

  /** In a part of the log that we were spared. */
  #onSeatGone(): void {
    const text = `the seat in ${this.topic} is gone`;
    this.onLost(new RookeryError("not_seated", text));
  }

  #onChange(event: LobbyChangedEvent): void {
    const told = event as LobbyChangedEvent<State, Info>;
    this.#followSeat(told);
    this.#onEvent(event);
    this.emit(told.change, told as never);
  }

  #onEvent(event: TopicEvent): void {
    if (this.#view) this.#see(after(this.#view, event));
  }

  #see(view: LobbyView<State, Info> | undefined): void {
    this.#view = view;
    this.emit("changed", view);
  }

  /** Our seat, whichever of our connections it came or went by. */
  #followSeat(event: LobbyChangedEvent<State, Info>): void {
    if (this.#isBeforeSeat(event.offset, this.position?.epoch)) return;
    const mine = "user" in event && event.user === this.#port.user();
    if (event.change === "joined" && mine) this.#seat = event.seat;
    const gone = event.change === "left" || event.change === "kicked";
    if ((gone && mine) || event.change === "closed") this.#unseat();
  }

  /** What the log tells of the time before we were seated is past. */
  #isBeforeSeat(offset: number, epoch: string | undefined): boolean {
    const { epoch: own, offset: from } = this.#seated ?? {};
    return from !== undefined && epoch === own && offset < from;
  }
}
