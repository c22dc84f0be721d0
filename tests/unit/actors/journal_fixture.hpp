#pragma once

#include "cluster/journal/memory_journal.hpp"
#include "tests/unit/actors/node_fixture.hpp"

namespace rookery::testing {

/// A node whose rooms have a journal. It answers when the actors have nothing
/// to do, or when it is told to.
struct journal_fixture : node_fixture {
  explicit journal_fixture(void (*change)(node_context&) = with_journal)
      : node_fixture(change) {
    more_work = [this] { return answers && logs().run_one(); };
  }
  ~journal_fixture() {
    more_work = [journal = &logs()] { return journal->run_one(); };
  }

  static void with_journal(node_context& context) {
    context.logs =
        std::make_shared<memory_journal>(memory_journal::answers::when_run);
  }

  memory_journal& logs() { return static_cast<memory_journal&>(*context.logs); }
  topic_class& rules() { return context.settings.topics.front(); }

  /// Publishes to chat.a and returns the offset; 0: it was refused.
  uint64_t publish(test_client& who, const std::string& more = "") {
    who.forget();
    say(who,
        R"({"event":"publish","id":9,"topic":"chat.a","data":1)" + more + "}");
    uint64_t offset = 0;
    while (!who.heard_nothing()) {
      const auto text = who.next();
      if (contains(text, R"("event":"reply","id":9)"))
        offset = number(text, "offset");
    }
    return offset;
  }

  /// Subscribes to chat.a and returns the answer.
  std::string subscribe(test_client& who, const std::string& more = "") {
    say(who, R"({"event":"subscribe","id":1,"topic":"chat.a")" + more + "}");
    return who.next();
  }

  /// The room's actor ends, since nobody used it for so long; its log is opened
  /// again when somebody does.
  void let_room_end() {
    for (int i = 0; i < 3; ++i) {
      sched.advance_time(rules().idle_timeout);
      run();
    }
  }

  bool answers = true; // the journal, by itself
};

inline std::string since(const std::string& epoch, uint64_t offset) {
  return R"(,"since":{"epoch":")" + epoch + R"(","offset":)"
         + std::to_string(offset) + "}";
}

} // namespace rookery::testing
