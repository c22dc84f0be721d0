#include "actors/api/answers.hpp"
#include "actors/api/api.hpp"

#include <algorithm>

// What needs a look at all connections or all topics: each thread is asked for
// page after page, so that other work gets its turn in between.

namespace rookery {

namespace {

/// Connections or topics that one message may look at: less than a millisecond.
constexpr uint32_t ranking_visits_max = 2000;

/// Sorts and keeps the first.
template <class T, class Before>
void keep_best(std::vector<T>& all, std::size_t most, Before before) {
  const auto kept = std::min(most, all.size());
  std::partial_sort(
      all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(),
      before);
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(kept), all.end());
}

} // namespace

/// Goes to where the next page begins. True: there is none on any thread.
bool api_state::at_end(const std::optional<uint64_t>& next) {
  at_->from = next;
  return !next && ++at_->thread == node->fanouts.size();
}

// -- connections --------------------------------------------------------------

void api_state::serve(const slowest_call&) {
  at_.emplace();
  scan_deepest();
}

void api_state::scan_deepest() {
  const auto limit = std::get<slowest_call>(call_).limit;
  deepest_order order;
  order.from = at_->from;
  order.found_max = limit;
  order.visits_max = ranking_visits_max;
  if (found_.size() == limit)
    order.bytes_min = found_.back().traffic.outbox_bytes + 1;
  ask(node->fanouts[at_->thread], &api_state::on_deepest, order);
}

void api_state::on_deepest(connection_page& page) {
  std::move(page.found.begin(), page.found.end(), std::back_inserter(found_));
  keep_best(
      found_, std::get<slowest_call>(call_).limit,
      [](const connection_details& a, const connection_details& b) {
        return a.traffic.outbox_bytes > b.traffic.outbox_bytes;
      });
  if (!at_end(page.next))
    return scan_deepest();
  finish(slowest_answer(found_, node->node_id, self->clock().now()));
}

// -- topics -------------------------------------------------------------------
//
// A topic's publishes and subscribers are spread over the threads. Those that
// are among the busiest of one thread are looked up on all.

void api_state::serve(const busiest_call&) {
  at_.emplace();
  scan_busiest();
}

void api_state::scan_busiest() {
  busiest_order order;
  order.from = at_->from;
  order.found_max = std::get<busiest_call>(call_).limit;
  order.visits_max = ranking_visits_max;
  ask(node->fanouts[at_->thread], &api_state::on_busiest, order);
}

void api_state::on_busiest(topic_page& page) {
  std::move(page.found.begin(), page.found.end(), std::back_inserter(busiest_));
  keep_best(busiest_, std::get<busiest_call>(call_).limit, is_busier);
  if (page.next) {
    at_->from = page.next;
    return scan_busiest();
  }
  for (auto& one : std::exchange(busiest_, {}))
    loads_.try_emplace(one.name, topic_load{one.name, 0, 0});
  if (!at_end(page.next))
    return scan_busiest();
  load_order order;
  for (const auto& [topic, load] : loads_)
    order.topics.push_back(topic);
  answers_missing_ = node->fanouts.size();
  for (const auto& thread : node->fanouts)
    ask(thread, &api_state::on_loads, order);
}

void api_state::on_loads(topic_page& page) {
  for (const auto& one : page.found) {
    auto& sum = loads_[one.name];
    sum.publishes_per_second += one.publishes_per_second;
    sum.subscribers += one.subscribers;
  }
  if (--answers_missing_ > 0)
    return;
  std::vector<topic_load> found;
  for (auto& [topic, load] : loads_)
    found.push_back(std::move(load));
  keep_best(found, std::get<busiest_call>(call_).limit, is_busier);
  finish(busiest_answer(found));
}

// -- metrics ------------------------------------------------------------------

void api_state::serve(const metrics_call&) {
  at_.emplace();
  scan_survey();
}

void api_state::scan_survey() {
  ask(node->fanouts[at_->thread], &api_state::on_surveyed,
      survey_order{at_->from, ranking_visits_max});
}

void api_state::on_surveyed(survey_page& page) {
  survey_.add(page.found);
  if (!at_end(page.next))
    return scan_survey();
  finish(metrics_answer(*node, survey_));
}

} // namespace rookery
