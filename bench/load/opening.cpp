#include "bench/load/opening.hpp"

#include <algorithm>
#include <stdexcept>

namespace rookery::load {

namespace {

constexpr auto patience = std::chrono::seconds{20};

} // namespace

void census::on_open(connection& which) {
  ++opened_;
  if (which.resumed())
    ++resumed_;
}

void census::on_end(connection&, std::string_view why) {
  if (why.empty())
    return;
  if (broken_++ == 0)
    broken_why_ = why;
}

std::string topic_name(uint32_t number) {
  return "bench.t" + std::to_string(number);
}

void open_up_to(swarm& all, census& counted, uint32_t count) {
  auto started = counted.opened();
  auto opened = started;
  auto give_up = clock::now() + patience;
  while (counted.opened() < count) {
    if (counted.broken() > 0)
      throw std::runtime_error(
          "a connection broke while opening: " + counted.broken_why());
    for (; started < count && started < counted.opened() + opening_max;
         ++started)
      all.start(static_cast<uint32_t>(started));
    all.serve(give_up);
    if (counted.opened() > opened) {
      opened = counted.opened();
      give_up = clock::now() + patience;
    } else if (clock::now() >= give_up) {
      throw std::runtime_error(
          "the server stopped at " + std::to_string(opened) + " connections");
    }
  }
}

} // namespace rookery::load
