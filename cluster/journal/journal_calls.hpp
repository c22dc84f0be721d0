#pragma once

#include "cluster/journal/journal.hpp"

#include <variant>

namespace rookery {

// Calls on their way to the threads of a journal. `reply` is what is answered
// when the transaction is committed.

struct open_call {
  std::string topic;
  journal_retention keep;
  journal::done<journal_head> answer;
  result<journal_head> reply;
};

struct append_call {
  std::string topic;
  journal_batch batch;
  journal::done<journal_receipt> answer;
  result<journal_receipt> reply;
  bool stored = false; // false: it was stored before
};

struct save_call {
  std::string topic;
  journal_image image;
  journal::done<uint64_t> answer;
  result<uint64_t> reply;
};

struct close_call {
  std::string topic;
};

using write_call = std::variant<open_call, append_call, save_call, close_call>;

struct read_call {
  std::string topic;
  journal_range range;
  journal::done<journal_page> answer;
};

} // namespace rookery
