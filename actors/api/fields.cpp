#include "actors/api/fields.hpp"

#include "actors/api/answers.hpp"

#include <algorithm>
#include <charconv>

namespace rookery::api_fields {

tl::unexpected<bad_field> bad(std::string_view name, std::string why) {
  return tl::make_unexpected(
      bad_field{std::string{name}, std::string{name} + ": " + why});
}

std::optional<uint64_t> number_in(std::string_view text, int base) {
  uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, base);
  if (read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return number;
}

read_result_of<std::vector<query_field>> fields_of(
    std::string_view target, std::initializer_list<std::string_view> known) {
  auto fields = read_query(target);
  if (!fields)
    return tl::make_unexpected(bad_field{"", fields.error().message});
  for (auto one = fields->begin(); one != fields->end(); ++one) {
    if (std::find(known.begin(), known.end(), one->name) == known.end())
      return bad(one->name, "no such field");
    if (std::any_of(fields->begin(), one, [&](const query_field& earlier) {
          return earlier.name == one->name;
        }))
      return bad(one->name, "given twice");
    if (one->value.empty())
      return bad(one->name, "empty");
  }
  return *std::move(fields);
}

read_result_of<uint32_t> limit_of(const query_field& field, uint32_t most) {
  const auto number = number_in(field.value, 10);
  if (!number || *number < 1 || *number > most)
    return bad(field.name, "1 to " + std::to_string(most));
  return static_cast<uint32_t>(*number);
}

read_result_of<bool> truth_of(const query_field& field) {
  if (field.value != "0" && field.value != "1")
    return bad(field.name, "0 or 1");
  return field.value == "1";
}

read_result_of<std::string>
name_of_node(const query_field& field, const node_context& node) {
  if (!node.in_cluster() && field.value != node.node_id)
    return bad(field.name, "this is " + node.node_id);
  return field.value;
}

http_response refused(const bad_field& why) {
  return error_answer(400, why.why, why.name);
}

std::variant<api_call, http_response> told(read_result_of<api_call> read) {
  if (read)
    return *std::move(read);
  return refused(read.error());
}

} // namespace rookery::api_fields
