#include "base/config/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <span>

namespace rookery {

namespace {

/// What a unit's names are worth in bytes or milliseconds.
struct unit {
  uint64_t worth;
  std::string_view names; // separated and surrounded by blanks
};

constexpr uint64_t kib = 1024;

// Largest first, and in each the name that is printed comes first.
constexpr std::array byte_units{
    unit{kib * kib * kib, " GiB Gi G g gibibyte gibibytes "},
    unit{kib * kib, " MiB Mi M m mebibyte mebibytes "},
    unit{kib, " KiB Ki K k kibibyte kibibytes "},
    unit{1, " B b byte bytes "},
};

// Powers of ten are read, but never printed.
constexpr std::array decimal_byte_units{
    unit{1'000'000'000, " GB gigabyte gigabytes "},
    unit{1'000'000, " MB megabyte megabytes "},
    unit{1000, " kB kilobyte kilobytes "},
};

constexpr std::array time_units{
    unit{86'400'000, " d day days "},
    unit{3'600'000, " h hour hours "},
    unit{60'000, " m minute minutes "},
    unit{1000, " s second seconds "},
    unit{1, " ms milli millis millisecond milliseconds "},
};

/// Beyond it not every whole number is a double.
constexpr double whole_max = 9007199254740992.0; // 2^53

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool has_name(const unit& candidate, std::string_view name) noexcept {
  for (auto left = candidate.names; left.size() > 1;) {
    left.remove_prefix(1);
    const auto one = left.substr(0, left.find(' '));
    if (one == name)
      return true;
    left.remove_prefix(one.size());
  }
  return false;
}

std::optional<uint64_t>
worth_of(std::span<const unit> units, std::string_view name) noexcept {
  for (const auto& candidate : units)
    if (has_name(candidate, name))
      return candidate.worth;
  return std::nullopt;
}

std::optional<uint64_t> scale(double amount, uint64_t worth) noexcept {
  const double product = amount * static_cast<double>(worth);
  if (!(product >= 0 && product <= whole_max) || product != std::floor(product))
    return std::nullopt;
  return static_cast<uint64_t>(product);
}

/// Splits "1.5 KiB" into 1.5 and "KiB".
std::optional<double>
leading_number(std::string_view text, std::string_view& unit_name) noexcept {
  double amount = 0;
  const auto [end, error] = std::from_chars(
      text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
  if (error != std::errc{} || text.front() == '-')
    return std::nullopt;
  unit_name = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  return amount;
}

std::string
format_in(std::span<const unit> units, uint64_t amount, std::string_view gap) {
  for (const auto& candidate : units) {
    if (candidate.worth != 1 && (amount == 0 || amount % candidate.worth != 0))
      continue;
    const auto name =
        candidate.names.substr(1, candidate.names.find(' ', 1) - 1);
    return std::to_string(amount / candidate.worth).append(gap).append(name);
  }
  return std::to_string(amount);
}

} // namespace

std::optional<uint64_t> parse_number(std::string_view text) noexcept {
  text = trim(text);
  uint64_t value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

std::optional<uint64_t> parse_bytes(std::string_view text) noexcept {
  std::string_view unit_name;
  const auto amount = leading_number(trim(text), unit_name);
  if (!amount)
    return std::nullopt;
  if (unit_name.empty())
    return scale(*amount, 1);
  auto worth = worth_of(byte_units, unit_name);
  if (!worth)
    worth = worth_of(decimal_byte_units, unit_name);
  return worth ? scale(*amount, *worth) : std::nullopt;
}

std::optional<std::chrono::milliseconds>
parse_duration(std::string_view text) noexcept {
  std::string_view unit_name;
  const auto amount = leading_number(trim(text), unit_name);
  if (!amount)
    return std::nullopt;
  const auto worth =
      unit_name.empty() ? uint64_t{1} : worth_of(time_units, unit_name);
  const auto length = worth ? scale(*amount, *worth) : std::nullopt;
  if (!length)
    return std::nullopt;
  return std::chrono::milliseconds{static_cast<int64_t>(*length)};
}

std::optional<bool> parse_flag(std::string_view text) noexcept {
  if (text == "true" || text == "yes" || text == "on")
    return true;
  if (text == "false" || text == "no" || text == "off")
    return false;
  return std::nullopt;
}

std::string format_bytes(uint64_t count) {
  return format_in(byte_units, count, " ");
}

std::string format_duration(std::chrono::milliseconds length) {
  return format_in(time_units, static_cast<uint64_t>(length.count()), "");
}

} // namespace rookery
