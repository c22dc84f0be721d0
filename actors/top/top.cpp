#include "actors/top/top.hpp"

#include "actors/top/screen.hpp"

#include <cstdio>
#include <unistd.h>

namespace rookery {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::seconds pause_between{1};
constexpr std::chrono::seconds answer_timeout{5};

result<top_tables> fetch(const top_options& options) {
  const auto query = "?limit=" + std::to_string(options.limit);
  const auto slowest =
      http_get(options.node, "/slowest" + query, answer_timeout);
  if (!slowest)
    return tl::make_unexpected(slowest.error());
  const auto busiest =
      http_get(options.node, "/busiest" + query, answer_timeout);
  if (!busiest)
    return tl::make_unexpected(busiest.error());
  return read_tables(*slowest, *busiest);
}

int complain(const failure& why) {
  std::fprintf(stderr, "%s\n", why.message.c_str());
  return 1;
}

int show_once(const top_options& options) {
  auto tables = fetch(options);
  if (!tables)
    return complain(tables.error());
  sort(*tables, options.by);
  const auto title =
      "node at " + options.node.host + ":" + std::to_string(options.node.port);
  for (const auto& line : render(*tables, options.by, title, {}))
    std::printf("%s\n", line.c_str());
  return 0;
}

/// The live view: what was fetched last, and in which order it is wanted.
class live_view {
public:
  explicit live_view(const top_options& options)
      : options_(options) {}

  /// Looks at the node again. What it does not answer is shown in the title.
  void refresh() {
    auto fetched = fetch(options_);
    const auto now = steady::now();
    if (!fetched) {
      problem_ = fetched.error().message;
      return;
    }
    problem_.clear();
    add_rates(*fetched, tables_, now - fetched_at_);
    tables_ = *std::move(fetched);
    fetched_at_ = now;
  }

  void show(screen& terminal) {
    sort(tables_, options_.by);
    const auto where =
        options_.node.host + ":" + std::to_string(options_.node.port);
    const auto title =
        problem_.empty()
            ? "rookery top  " + where
                  + "   sort: d depth, b bytes, r rate, a age, u user; q quit"
            : problem_;
    terminal.show(render(tables_, options_.by, title, terminal.size()));
  }

  /// False: enough.
  bool press(int key) {
    switch (key) {
    case 'q':
      return false;
    case 'd':
      options_.by = top_order::depth;
      break;
    case 'b':
      options_.by = top_order::bytes;
      break;
    case 'r':
      options_.by = top_order::rate;
      break;
    case 'a':
      options_.by = top_order::age;
      break;
    case 'u':
      options_.by = top_order::user;
      break;
    default:
      break; // of another size, perhaps
    }
    return true;
  }

private:
  top_options options_;
  top_tables tables_;
  steady::time_point fetched_at_ = steady::now();
  std::string problem_;
};

int show_live(const top_options& options) {
  live_view view{options};
  screen terminal;
  for (;;) {
    view.refresh();
    view.show(terminal);
    const auto due = steady::now() + pause_between;
    for (auto now = steady::now(); now < due; now = steady::now()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - now);
      const int key = terminal.key(left);
      if (key == 0)
        continue;
      if (!view.press(key))
        return 0;
      view.show(terminal);
    }
  }
}

} // namespace

int run_top(const top_options& options) {
  return options.once || !::isatty(STDOUT_FILENO) ? show_once(options)
                                                  : show_live(options);
}

} // namespace rookery
