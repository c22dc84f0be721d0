#pragma once

#include "base/error.hpp"

#include <caf/atom.hpp>
#include <caf/replies_to.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <string>

// Every actor's interface. Who reads this page knows the system; the messages
// are in actors/messages.hpp. All messages stay within one process.
//
//     socket -> CONNECTION -> (FANOUT) -> TOPIC -> FANOUT of each thread ->
//     outbox
//
// Orders flow one way and answers another, so that nobody waits: what a
// connection asks of a topic is an order with a serial number, the answer is a
// message with the same number, and the connection keeps the deadline.

CAF_ADD_ATOM(rookery_messages, rookery, answer_atom, "answer")
CAF_ADD_ATOM(rookery_messages, rookery, close_atom, "close")
CAF_ADD_ATOM(rookery_messages, rookery, closed_atom, "closed")
CAF_ADD_ATOM(rookery_messages, rookery, count_atom, "count")
CAF_ADD_ATOM(rookery_messages, rookery, cut_atom, "cut")
CAF_ADD_ATOM(rookery_messages, rookery, drain_atom, "drain")
CAF_ADD_ATOM(rookery_messages, rookery, failed_atom, "failed")
CAF_ADD_ATOM(rookery_messages, rookery, forget_atom, "forget")
CAF_ADD_ATOM(rookery_messages, rookery, hold_atom, "hold")
CAF_ADD_ATOM(rookery_messages, rookery, idle_atom, "idle")
CAF_ADD_ATOM(rookery_messages, rookery, lost_atom, "lost")
CAF_ADD_ATOM(rookery_messages, rookery, memory_atom, "memory")
CAF_ADD_ATOM(rookery_messages, rookery, open_atom, "open")
CAF_ADD_ATOM(rookery_messages, rookery, retire_atom, "retire")
CAF_ADD_ATOM(rookery_messages, rookery, tick_atom, "tick")
CAF_ADD_ATOM(rookery_messages, rookery, watch_atom, "watch")

namespace rookery {

struct answer;
struct api_order;
struct appended_notice;
struct ask_order;
struct attach_order;
struct busiest_order;
struct claim_notice;
struct close_order;
struct closed_connection;
struct connection_entry;
struct connection_page;
struct cut_order;
struct deepest_order;
struct depart_order;
struct deliver_order;
struct detach_order;
struct direct_order;
struct direct_delivery;
struct find_order;
struct found_entries;
struct found_log;
struct gone_order;
struct inspect_order;
struct leave_order;
struct load_order;
struct lobby_order;
struct news_notice;
struct offer_order;
struct node_said;
struct local_subscribers;
struct opened_topic;
struct part_order;
struct peer_notice;
struct presence_order;
struct history_order;
struct replay_order;
struct replay_chunk;
struct publish_order;
struct recently_closed;
struct refused_topic;
struct relay_order;
struct remote_direct;
struct remote_message;
struct reset_order;
struct room_state_order;
struct registry_counts;
struct scan_order;
struct seat_order;
struct set_order;
struct shrink_order;
struct slow_report;
struct state_counts;
struct subscribe_order;
struct survey_order;
struct survey_page;
struct taken_order;
struct topic_page;
struct unsubscribe_order;
struct user_page;

/// Whoever asks a topic or the registry something: a CONNECTION, or an API
/// actor.
using asking_actor = caf::typed_actor<
    // Answers the order with this serial number.
    caf::reacts_to<answer_atom, uint32_t, answer>>;

/// The CONNECTION actor: speaks for one WebSocket, from upgrade to close.
/// Pinned to the I/O thread of its socket.
using connection_actor = caf::typed_actor<
    // Answers the order with this serial number; one that was answered already,
    // or ran out of time, is ignored.
    caf::reacts_to<answer_atom, uint32_t, answer>,
    // Sends a direct message of another user to the client.
    caf::reacts_to<direct_delivery>,
    // Ends the connection with this code.
    caf::reacts_to<close_atom, close_code>,
    // The supervisor's verdict on a laggard, with the reason for the client.
    caf::reacts_to<cut_atom, std::string>>;

/// The TOPIC actor: one for each topic name in use on this node. A ROOM has the
/// same interface; it keeps members and a log besides. Runs on the thread of
/// who sends to it.
using topic_actor = caf::typed_actor<
    // Adds a subscriber; the answer and all events after it come through the
    // FANOUT of the subscriber's thread.
    caf::reacts_to<subscribe_order>,
    // Takes the subscriber away again.
    caf::reacts_to<unsubscribe_order>,
    // A subscriber's connection ended.
    caf::reacts_to<leave_order>,
    // Puts a message into the topic; the answer goes to the publisher.
    caf::reacts_to<publish_order>,
    // Another node's client put it into the topic.
    caf::reacts_to<remote_message>,
    // Changes the room's state; the answer goes to who asked.
    caf::reacts_to<set_order>,
    // Asks something of a lobby or of a listing.
    caf::reacts_to<lobby_order>,
    // What a listing says to a lobby.
    caf::reacts_to<claim_notice>,
    // With block-sender: goes on with the publishes that wait.
    caf::reacts_to<taken_order>,
    // Asks who is there.
    caf::reacts_to<presence_order>,
    // Asks for messages of the log.
    caf::reacts_to<history_order>,
    // Asks where a room stands: its position, and a hash of its state.
    caf::reacts_to<room_state_order>,
    // A subscriber asks for what it missed; the answer is a replay_chunk to the
    // FANOUT of its thread.
    caf::reacts_to<replay_order>,
    // The journal's answers.
    caf::reacts_to<found_log>, caf::reacts_to<appended_notice>,
    caf::reacts_to<found_entries>, caf::reacts_to<news_notice>,
    // Other nodes look for the room, want it, and answer this one.
    caf::reacts_to<offer_order>, caf::reacts_to<part_order>,
    caf::reacts_to<peer_notice>,
    // A node is gone: its members leave, unless they come back in time.
    caf::reacts_to<gone_order>,
    // After a restart, before anything else: who is subscribed.
    caf::reacts_to<local_subscribers>,
    // How much of its bounds a room's log may fill.
    caf::reacts_to<shrink_order>,
    // Looks for what was to be done at this time: members who were held long
    // enough, a count that was not told, leaves that could not be written.
    caf::reacts_to<hold_atom>,
    // Looks whether the topic is in use still.
    caf::reacts_to<tick_atom>,
    // Ends the topic if nobody uses it; false if somebody does.
    caf::replies_to<retire_atom>::with<bool>>;

/// The FANOUT actor, one for each I/O thread: the only way from topics to
/// sockets. It owns the thread's subscriber lists, and it is pinned. That all
/// frames of a topic pass through here keeps their order, whichever thread the
/// topic runs on.
using fanout_actor = caf::typed_actor<
    // Puts one event into the outboxes of this thread's subscribers.
    caf::reacts_to<deliver_order>,
    // Answers a subscribe; from here on the connection gets the topic's events.
    caf::reacts_to<attach_order>,
    // Puts a part of a replay into the outbox of one subscriber.
    caf::reacts_to<replay_chunk>,
    // Asks for a snapshot for each subscriber of this thread.
    caf::reacts_to<reset_order>,
    // Answers an unsubscribe; no event of the topic comes after it.
    caf::reacts_to<detach_order>,
    // A connection of this thread has a seat, or has none any more.
    caf::reacts_to<seat_order>,
    // The supervisor's answers to `open`.
    caf::reacts_to<opened_topic>, caf::reacts_to<refused_topic>,
    // Passes an order of no connection on to a topic.
    caf::reacts_to<ask_order>,
    // Sends orders for this topic to the supervisor again from now on.
    caf::replies_to<forget_atom, std::string>::with<bool>,
    // The topic crashed: fails what it had not answered, and tells who is
    // subscribed.
    caf::replies_to<lost_atom, std::string>::with<local_subscribers>,
    // The topic crashed too often: its subscribers here are closed.
    caf::reacts_to<failed_atom, std::string>,
    // Sends the connections of this thread away, one after the other.
    caf::reacts_to<depart_order>,
    // Closes all connections of this thread; answers how many are left.
    caf::replies_to<drain_atom, close_code>::with<uint64_t>,
    // How many connections this thread has.
    caf::replies_to<count_atom>::with<state_counts>,
    // Looks through the connections of this thread, a page of them.
    caf::replies_to<scan_order>::with<connection_page>,
    // Tells about single connections.
    caf::replies_to<inspect_order>::with<connection_page>,
    // Counts how connections are doing, a page of them.
    caf::replies_to<survey_order>::with<survey_page>,
    // Of a page of connections those with the deepest outboxes.
    caf::replies_to<deepest_order>::with<connection_page>,
    // Of a page of topics those with the most publishes.
    caf::replies_to<busiest_order>::with<topic_page>,
    // What this thread has to do for single topics.
    caf::replies_to<load_order>::with<topic_page>,
    // The supervisor's verdict on laggards of this thread.
    caf::reacts_to<cut_order>,
    // Closes connections; answers how many of them were open.
    caf::replies_to<close_order>::with<uint64_t>>;

/// The REGISTRY actor: all connections of this node whose user is known, and
/// those that ended lately.
using registry_actor = caf::typed_actor<
    // A connection's user is known. It is closed if the user has too many.
    caf::reacts_to<connection_entry>,
    // A connection left OPEN.
    caf::reacts_to<closed_connection>,
    // Sends a message to all connections of a user, on any node; the answer,
    // how many they are, goes to who asked.
    caf::reacts_to<direct_order>,
    // Another node's user sends one to the connections that are here.
    caf::reacts_to<remote_direct>,
    // A page of a user's connections.
    caf::replies_to<find_order>::with<user_page>,
    // At most so many of those that ended lately.
    caf::replies_to<closed_atom, uint32_t>::with<recently_closed>,
    caf::replies_to<count_atom>::with<registry_counts>>;

/// The SUPERVISOR actor: starts all others, watches them, restarts topics
/// within a limit, stops all in order.
using supervisor_actor = caf::typed_actor<
    // Opens the topic of this name for a thread, and starts it if need be; the
    // answer goes to the FANOUT.
    caf::reacts_to<open_atom, std::string, fanout_actor>,
    // A client reads too slowly: is it a laggard?
    caf::reacts_to<slow_report>,
    // A topic says that nobody has used it for its idle time.
    caf::reacts_to<idle_atom, std::string>,
    // Another node wants a part of a room.
    caf::reacts_to<part_order>,
    // A node is gone, or this one has another life: all rooms are told.
    caf::reacts_to<gone_order>,
    // Looks how much of the memory budget is in use.
    caf::reacts_to<memory_atom>,
    // Stops all that it started; answers when they are gone.
    caf::replies_to<drain_atom>::with<bool>,
    // Another node asks something of the internal API: starts an API actor.
    caf::reacts_to<api_order>,
    // Puts a message of the node into a topic of the node's own; nobody is
    // told when nobody is subscribed.
    caf::reacts_to<std::string, publish_order>,
    // How many topics there are.
    caf::replies_to<count_atom>::with<uint64_t>>;

/// The ALERTER actor: looks for clients that do not keep up, and for topics
/// that have many of them; raises alerts and clears them.
using alerter_actor = caf::typed_actor<
    // It is time for the next look.
    caf::reacts_to<tick_atom>>;

/// The API actor: carries out one request of the internal HTTP API on this
/// node, asking threads, registry and topics, answers it in time, and ends.
using api_actor = caf::typed_actor<
    caf::reacts_to<api_order>,
    // A topic's answer.
    caf::reacts_to<answer_atom, uint32_t, answer>,
    // The time for that is over.
    caf::reacts_to<tick_atom>>;

/// The RELAY actor: has one request of the internal HTTP API carried out by
/// other nodes, or by several, makes one answer of theirs, and ends.
using relay_actor = caf::typed_actor<
    caf::reacts_to<relay_order>,
    // What one of the nodes answered; comes once for each, in time.
    caf::reacts_to<node_said>>;

} // namespace rookery
