#include "actors/room/opening_walk.hpp"
#include "base/log.hpp"
#include "base/protocol/handover.hpp"
#include "cluster/membership/peers.hpp"

#include <algorithm>

// How a room comes from a node that has it to one that opens it: whoever has it
// offers it, and the first who did so is asked for its parts, one after the
// other. A second one is asked if that fails; then the journal has to do.

namespace rookery {

namespace {

constexpr std::chrono::milliseconds offer_deadline{500};
constexpr std::chrono::milliseconds part_deadline{1'000};
constexpr int sources_max = 2;
constexpr std::size_t part_bytes = 256 * 1024; // and a header, of 1 MiB
constexpr uint64_t parts_max = 256;
/// Who asked for the last part may ask for it again so long.
constexpr std::chrono::seconds given_time{5};

log_entry entry_of(const room_event& event) {
  struct {
    log_entry operator()(const message_event& e) const {
      return message_entry{e.user, {}, e.at, e.data};
    }
    log_entry operator()(const joined_event& e) const {
      return joined_entry{e.user, e.info};
    }
    log_entry operator()(const left_event& e) const {
      return left_entry{e.user, e.reason};
    }
    log_entry operator()(const state_event& e) const {
      return state_entry{e.user, {}, e.at, e.patch, {}};
    }
    log_entry operator()(const lobby_changed_event& e) const {
      return *e.entry;
    }
    log_entry operator()(const lobbies_changed_event& e) const {
      return *e.entry;
    }
  } convert;
  return std::visit(convert, event);
}

} // namespace

std::string room_actor_state::room_subject() const {
  return "room." + core->node().settings.cluster.name + "." + core->name();
}

/// What is said comes back to this actor.
std::function<void(result<std::string>)> room_actor_state::told(on_text then) {
  const auto question = ++last_question_;
  asked_.emplace(question, std::move(then));
  return [to = caf::actor_cast<topic_actor>(self),
          question](result<std::string> said) {
    caf::anon_send(to, peer_notice{question, std::move(said)});
  };
}

void room_actor_state::on_peer(const peer_notice& notice) {
  auto question = asked_.extract(notice.question);
  if (question)
    question.mapped()(notice.said);
}

// -- who opens the room -------------------------------------------------------

void room_actor_state::fetch(std::shared_ptr<opening_walk> walk) {
  const auto& node = core->node();
  const bool is_new = walk->head.newest == 0;
  if (is_new || !node.wires || !node.peers || walk->sources == sources_max)
    return begin_with_image(std::move(walk));
  ++walk->sources;
  walk->received.clear();
  auto done = told(
      [=, this](const result<std::string>& said) { on_offered(walk, said); });
  node.wires->request(
      {room_subject(), std::to_string(walk->failed_source), {}, {}},
      offer_deadline, [done = std::move(done)](result<bus_answer> said) {
        done(std::move(said).map(
            [](bus_answer&& answer) { return std::move(answer.payload); }));
      });
}

void room_actor_state::on_offered(
    const std::shared_ptr<opening_walk>& walk,
    const result<std::string>& said) {
  if (!said) // nobody has it
    return begin_with_image(walk);
  const auto offer = decode_offer(*said);
  const auto& image = walk->head.image;
  if (!offer || offer->epoch != walk->head.epoch
      || (image && offer->at < image->offset))
    return begin_with_image(walk);
  walk->failed_source = offer->life;
  walk->wanted = {core->name(), offer->epoch, 0, 0};
  fetch_part(walk);
}

void room_actor_state::fetch_part(const std::shared_ptr<opening_walk>& walk) {
  core->node().peers->call(
      walk->failed_source, peer_kind::room_part, encode(walk->wanted),
      part_deadline, told([=, this](const result<std::string>& said) {
        on_part_found(walk, said);
      }));
}

void room_actor_state::on_part_found(
    const std::shared_ptr<opening_walk>& walk,
    const result<std::string>& said) {
  const auto part = said.and_then(
      [](const std::string& bytes) { return decode_part(bytes); });
  if (!part || part->parts > parts_max) {
    log::info(
        "room.source_failed",
        {{"topic", core->name()},
         {"why", part ? "it is too long" : part.error().message}});
    return fetch(walk);
  }
  walk->received += part->bytes;
  walk->wanted.at = part->at;
  if (++walk->wanted.part < part->parts)
    return fetch_part(walk);
  auto all = decode_handover(walk->received);
  if (!all || all->epoch != walk->head.epoch)
    return fetch(walk);
  take_over(*walk, *std::move(all));
  read_back(walk, walk->head.newest);
}

void room_actor_state::take_over(opening_walk& walk, room_handover all) {
  auto& log = memory->log;
  auto& state = memory->state;
  memory->image_entries = all.image.entries; // others saved one, or will
  state.restore(std::move(all.image));
  for (const auto& one : all.keys)
    state.remember_key(one);
  log.begin(std::move(all.epoch), all.floor);
  for (auto& one : all.told)
    log.append(
        event_of(core->name(), std::move(one.entry), one.offset), one.offset,
        one.stamp);
  if (all.at > log.last())
    log.skip(all.at);
  walk.known = all.at;
  walk.taken_over = true;
  walk.received.clear();
}

// -- who has it ---------------------------------------------------------------

/// Answers who looks for the room, while it is served here.
void room_actor_state::offer() {
  const auto& node = core->node();
  if (!is_shared() || !node.wires || !node.peers || offers_)
    return;
  bus_handlers handlers;
  handlers.message = [to = caf::actor_cast<topic_actor>(self)](
                         const bus_message& message) {
    caf::anon_send(
        to, offer_order{
                std::string{message.answer_to}, std::string{message.payload}});
  };
  constexpr bus_pending_bounds most{256, 64 * 1024};
  if (auto taken =
          node.wires->subscribe(room_subject(), std::move(handlers), most))
    offers_ = *std::move(taken);
}

void room_actor_state::on_offer_wanted(const offer_order& order) {
  if (now_ != phase::serving || order.not_of == std::to_string(life()))
    return;
  const auto& log = memory->log;
  // Who does not get it asks the journal.
  static_cast<void>(core->node().wires->publish(
      {order.answer_to,
       encode(handover_offer{life(), log.epoch(), log.last()}),
       {},
       {}}));
}

void room_actor_state::on_part_wanted(const part_order& order) {
  const auto& wanted = order.wanted;
  if (now_ != phase::serving || wanted.epoch != memory->log.epoch())
    return order.reply.refuse(errc::not_available, "the room is not here");
  if (wanted.part == 0 && wanted.at == 0)
    give();
  const auto parts = (given_.size() + part_bytes - 1) / part_bytes;
  if ((wanted.at != 0 && wanted.at != given_at_) || wanted.part >= parts)
    return order.reply.refuse(errc::not_available, "there is no such part");
  given_until_ = core->now() + given_time;
  remind_again();
  order.reply.ok(encode(handover_part{
      given_at_, parts,
      std::string_view{given_}.substr(wanted.part * part_bytes, part_bytes)}));
}

/// Others that open the room at the same position get the same.
void room_actor_state::give() {
  const auto& log = memory->log;
  if (!given_.empty() && given_at_ == log.last())
    return;
  room_handover all;
  all.epoch = log.epoch();
  all.at = given_at_ = log.last();
  all.image = memory->state.image();
  all.floor = log.floor();
  for (uint64_t i = 0; i < log.size(); ++i) {
    const auto& event = log[log.first() + i];
    all.told.push_back(
        {offset_of(event), log.stamp_of(log.first() + i), entry_of(event)});
  }
  all.keys = memory->state.keys();
  given_.clear();
  encode(all, given_);
}

} // namespace rookery
