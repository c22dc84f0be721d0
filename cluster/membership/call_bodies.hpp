#pragma once

#include "base/error.hpp"
#include "base/protocol/messages.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rookery {

// Bodies of calls between nodes and of their answers: MessagePack arrays, and
// behind them bytes that are passed on as they are. A later version may append
// fields, which are skipped here.

/// `peer_kind::direct`: a message of one user to another, for the connections
/// that the node has of the latter. The answer says how many they are.
struct direct_call {
  std::string from;
  std::string to;
  std::chrono::milliseconds within{0}; // afterwards nobody waits for the answer
  payload data;
  std::string topic; // as of direct_event
};

[[nodiscard]] std::string encode(const direct_call& call);
/// Total, as all of these. Refuses (`bad_request`) what `encode` did not write.
[[nodiscard]] result<direct_call> decode_direct_call(std::string_view bytes);

[[nodiscard]] std::string encode_reached(uint64_t connections);
[[nodiscard]] result<uint64_t> decode_reached(std::string_view bytes);

/// `peer_kind::api`: a request of the internal HTTP API, which the node carries
/// out for itself alone.
struct api_question {
  std::string method;
  std::string target;
  std::string body;
  std::chrono::milliseconds within{0};
};
struct api_said {
  uint32_t status = 0;
  std::string content_type;
  std::string body;
};

[[nodiscard]] std::string encode(const api_question& question);
[[nodiscard]] result<api_question> decode_api_question(std::string_view bytes);

[[nodiscard]] std::string encode(const api_said& said);
[[nodiscard]] result<api_said> decode_api_said(std::string_view bytes);

} // namespace rookery
