#include "actors/room/opening_walk.hpp"
#include "base/log.hpp"

// What a room reads of its log before it serves: the newest image, and what
// came after it. Orders wait meanwhile, bounded by their credits.

namespace rookery {

namespace {

/// Entries that are read at a time.
constexpr uint64_t page_entries = 512;
constexpr uint64_t page_bytes = 256 * 1024;

/// After a log could not be read, orders are refused so long before it is tried
/// again.
constexpr std::chrono::seconds closed_time{1};

journal_retention retention_of(const topic_class& rules) {
  return {
      rules.history_messages, rules.history_bytes, rules.history_age,
      rules.idempotency_keys_max, rules.idempotency_window};
}

bool has_key(const log_entry& entry) {
  return std::visit(
      [](const auto& e) {
        if constexpr (requires { e.key; })
          return !e.key.empty();
        else
          return false;
      },
      entry);
}

} // namespace

template <class Order>
void room_actor_state::handle(Order& order) {
  if constexpr (requires { order.from; })
    core->used(); // by somebody who need not be subscribed
  if (now_ == phase::serving)
    return serve(order);
  constexpr bool waits = std::is_same_v<Order, replay_order>;
  if (now_ == phase::closed && core->now() < closed_until_ && !waits)
    return refuse(
        order, {errc::not_available,
                "the log of " + core->name() + " can not be read"});
  early_.push_back(std::move(order));
  if (now_ == phase::closed)
    open();
}

template void room_actor_state::handle(subscribe_order&);
template void room_actor_state::handle(unsubscribe_order&);
template void room_actor_state::handle(leave_order&);
template void room_actor_state::handle(publish_order&);
template void room_actor_state::handle(set_order&);
template void room_actor_state::handle(lobby_order&);
template void room_actor_state::handle(presence_order&);
template void room_actor_state::handle(history_order&);
template void room_actor_state::handle(room_state_order&);
template void room_actor_state::handle(replay_order&);

void room_actor_state::refuse(const topic_order& order, const failure& why) {
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { one.from; })
          core->answer_to(one.from, error_reply{0, why.code, why.message});
      },
      order);
  if (const auto* one = std::get_if<subscribe_order>(&order))
    core->attach(*one, error_reply{0, why.code, why.message});
  refuse_claim(order, why);
}

void room_actor_state::open() {
  now_ = phase::opening;
  follow();
  stored->open(
      core->name(), retention_of(core->rules()),
      [to = caf::actor_cast<topic_actor>(self)](result<journal_head> head) {
        caf::anon_send(to, found_log{std::move(head)});
      });
}

void room_actor_state::on_log(const found_log& found) {
  if (!found.head)
    return open_failed(found.head.error());
  auto walk = std::make_shared<opening_walk>();
  walk->head = *found.head;
  memory->journal_reaches = walk->head.reaches;
  auto& log = memory->log;
  walk->is_fresh = log.epoch() != walk->head.epoch;
  if (!walk->is_fresh) {
    walk->known = log.last();
    return read_back(walk, walk->head.newest);
  }
  fetch(walk);
}

/// No node has given the room.
void room_actor_state::begin_with_image(std::shared_ptr<opening_walk> walk) {
  room_image image;
  if (const auto& saved = walk->head.image) {
    auto restored = decode_image(saved->body);
    if (!restored)
      return open_failed(
          {errc::internal,
           "the stored image can not be used: " + restored.error().message});
    image = *std::move(restored);
    walk->known = saved->offset;
  }
  memory->image_entries = image.entries;
  memory->state.restore(std::move(image));
  read_back(walk, walk->head.newest);
}

/// From the newest entry back to the first that nobody needs any more.
void room_actor_state::read_back(
    std::shared_ptr<opening_walk> walk, uint64_t through) {
  const bool is_fresh = walk->is_fresh && !walk->taken_over;
  const auto oldest = is_fresh ? walk->head.reaches : walk->known;
  if (through <= oldest)
    return opened(*walk);
  const journal_range range{oldest, through, page_entries, page_bytes, true};
  read(range, [=, this](result<journal_page> page) {
    if (!page)
      return open_failed(page.error());
    const auto& rules = core->rules();
    const auto young = stamp_now() - rules.idempotency_window.count();
    for (const auto& record : page->records) {
      const bool keyed = is_fresh && record.stamp > young
                         && walk->keys < rules.idempotency_keys_max;
      if (record.offset <= walk->known && !keyed)
        return opened(*walk);
      auto entry = decode_entry(record.body);
      if (!entry)
        return open_failed(
            {errc::internal,
             "the entry at " + std::to_string(record.offset)
                 + " can not be used: " + entry.error().message});
      walk->keys += has_key(*entry) ? 1 : 0;
      walk->newest_first.push_back(
          {record.offset, record.stamp, *std::move(entry)});
    }
    if (page->complete || page->records.empty())
      return opened(*walk);
    read_back(walk, page->records.back().offset - 1);
  });
}

void room_actor_state::opened(opening_walk& walk) {
  if (walk.is_fresh) // first: what is told from here on is of this log
    reset_listeners();
  auto& log = memory->log;
  if (walk.is_fresh && !walk.taken_over) {
    const auto& read = walk.newest_first;
    log.begin(
        walk.head.epoch,
        read.empty() ? walk.head.newest : read.back().offset - 1);
  }
  for (auto one = walk.newest_first.rbegin(); one != walk.newest_first.rend();
       ++one) {
    if (one->offset > walk.known) {
      take_in(std::move(one->entry), one->offset, one->stamp, nullptr);
      continue;
    }
    memory->state.remember_key(one->entry, one->offset, one->stamp);
    auto told = memory->state.told_then(std::move(one->entry), one->offset);
    if (told)
      log.append(*std::move(told), one->offset, one->stamp);
    else
      log.skip(one->offset);
  }
  now_ = phase::serving;
  offer();
  for (const auto& news : std::exchange(early_news_, {}))
    take_news(news);
  // Of a crashed actor's connections nothing is known yet: on_restart.
  if (std::exchange(was_open_, true) || walk.is_fresh)
    settle();
  come_back();
  if (const auto found = std::exchange(found_early_, std::nullopt))
    on_restart(*found);
  for (auto& order : std::exchange(early_, {}))
    std::visit([this](auto& one) { serve(one); }, order);
  go_on();
  told_listings_.reset();
  after_changes(false);
  wakes_own_ = true;
  look_for_lost();
}

void room_actor_state::open_failed(const failure& why) {
  now_ = phase::closed;
  closed_until_ = core->now() + closed_time;
  log::error(
      "room.log_unreadable", {{"topic", core->name()}, {"why", why.message}});
  for (auto& order : std::exchange(early_, {}))
    if (std::holds_alternative<replay_order>(order))
      early_.push_back(std::move(order)); // a subscriber waits for it
    else
      refuse(order, why);
  if (found_early_ || !core->listeners().empty() || is_root())
    remind(closed_until_);
}

} // namespace rookery
