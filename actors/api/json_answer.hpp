#pragma once

#include "base/protocol/json_writer.hpp"
#include "net/http/app.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace rookery {

/// A text of anywhere as JSON can hold it: a client may send any bytes in a
/// header.
std::string shown(std::string_view text);

/// Writes one JSON object into an answer. Thread: one.
class json_answer {
public:
  json_answer() { writer_.open_object(0); }

  json_writer& key(std::string_view key) {
    writer_.key(key);
    return writer_;
  }
  json_writer& raw() { return writer_; }
  /// The next value, which is JSON already.
  void follow(std::string_view value) {
    writer_.value_follows();
    text_ += value;
  }
  http_response answer(unsigned status = 200) {
    writer_.close_object();
    return of(status, std::move(text_));
  }

  static http_response of(unsigned status, std::string json) {
    return {
        status,
        "application/json",
        std::move(json),
        {{"Cache-Control", "no-store"}}};
  }

private:
  std::string text_;
  json_writer writer_{text_};
};

} // namespace rookery
