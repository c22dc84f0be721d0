#pragma once

#include "actors/api/call.hpp"
#include "net/http/query.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// How the fields of the internal HTTP API are read. Thread: any.

namespace rookery::api_fields {

/// Which field of a request is wrong, and why.
struct bad_field {
  std::string name;
  std::string why;
};
template <class T>
using read_result_of = tl::expected<T, bad_field>;

tl::unexpected<bad_field> bad(std::string_view name, std::string why);

std::optional<uint64_t> number_in(std::string_view text, int base);

/// The query's fields; each may come once and must be one of `known`.
read_result_of<std::vector<query_field>> fields_of(
    std::string_view target, std::initializer_list<std::string_view> known);

read_result_of<uint32_t>
limit_of(const query_field& field, uint32_t most = page_max);
read_result_of<bool> truth_of(const query_field& field);
/// Whether there is such a node is seen where it is looked for; one on its own
/// knows no other.
read_result_of<std::string>
name_of_node(const query_field& field, const node_context& node);

/// Puts it where it belongs; what is wrong with it otherwise.
template <class T>
std::optional<bad_field> put(read_result_of<T> read, T& where) {
  if (!read)
    return std::move(read.error());
  where = *std::move(read);
  return std::nullopt;
}

std::variant<api_call, http_response> told(read_result_of<api_call> read);
http_response refused(const bad_field& why);

} // namespace rookery::api_fields
