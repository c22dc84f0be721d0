#include "base/config/options.hpp"

#include "base/config/personal_pattern.hpp"
#include "base/config/topic_pattern.hpp"
#include "base/config/units.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace rookery::option {

namespace {

std::string range(std::string min, const std::string& max) {
  return min.append("..").append(max);
}

template <class Form>
std::string out_of_range(const Form& form) {
  return "is out of range (" + allowed(form) + ")";
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9');
}

} // namespace

std::string allowed(const number& form) {
  auto all = range(std::to_string(form.min), std::to_string(form.max));
  if (!form.unit.empty())
    all.append(" ").append(form.unit);
  return all;
}

std::string allowed(const bytes& form) {
  return range(format_bytes(form.min), format_bytes(form.max));
}

std::string allowed(const duration& form) {
  return range(format_duration(form.min), format_duration(form.max));
}

std::string allowed(const flag&) {
  return "true | false";
}

std::string allowed(const text& form) {
  return std::string{form.form};
}

std::string allowed(const texts& form) {
  return std::string{form.form};
}

std::string allowed(const rights&) {
  std::string all{"list of"};
  for (const auto one : all_rights)
    all.append(" ").append(name(one)).append(",");
  return all += " or all";
}

problem read(const number& form, std::string_view value, uint64_t& field) {
  const auto wide = parse_number(value);
  if (!wide)
    return "is not a whole number (" + allowed(form) + ")";
  if (*wide < form.min || *wide > form.max)
    return out_of_range(form);
  field = *wide;
  return std::nullopt;
}

problem read(const bytes& form, std::string_view value, std::size_t& field) {
  const auto count = parse_bytes(value);
  if (!count)
    return "is not a size like 4096 or 64 KiB (" + allowed(form) + ")";
  if (*count < form.min || *count > form.max)
    return out_of_range(form);
  field = *count;
  return std::nullopt;
}

problem read(
    const duration& form, std::string_view value,
    std::chrono::milliseconds& field) {
  const auto length = parse_duration(value);
  if (!length)
    return "is not a duration like 250ms or 25s (" + allowed(form) + ")";
  if (*length < form.min || *length > form.max)
    return out_of_range(form);
  field = *length;
  return std::nullopt;
}

problem read(const flag&, std::string_view value, bool& field) {
  const auto parsed = parse_flag(value);
  if (!parsed)
    return "is neither true nor false";
  field = *parsed;
  return std::nullopt;
}

problem read(const text& form, std::string_view value, std::string& field) {
  auto wrong = form.check ? form.check(value) : std::nullopt;
  if (!wrong)
    field = value;
  return wrong;
}

problem read(const rights& form, std::string_view value, right_set& field) {
  const auto parsed = parse_rights(value, ' ');
  if (!parsed)
    return "is no " + allowed(form);
  field = *parsed;
  return std::nullopt;
}

problem read(
    const texts& form, std::string_view value,
    std::vector<std::string>& field) {
  std::vector<std::string> all;
  while (!value.empty()) {
    const auto end = std::min(value.find(' '), value.size());
    const auto one = value.substr(0, end);
    if (auto wrong = form.check(one))
      return "holds \"" + std::string{one} + "\", which " + *wrong;
    all.emplace_back(one);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  field = std::move(all);
  return std::nullopt;
}

std::string write(const bytes&, std::size_t field) {
  return format_bytes(field);
}

std::string write(const duration&, std::chrono::milliseconds field) {
  return format_duration(field);
}

std::string write(const flag&, bool field) {
  return field ? "true" : "false";
}

std::string write(const text&, const std::string& field) {
  std::string quoted{'"'};
  for (const char c : field) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    quoted += c;
  }
  return quoted += '"';
}

std::string write(const rights&, right_set field) {
  if (field == right_set::all())
    return "[all]";
  std::string words;
  for (const auto one : all_rights)
    if (field.has(one))
      words.append(words.empty() ? "" : ", ").append(name(one));
  return "[" + words + "]";
}

std::string write(const texts&, const std::vector<std::string>& field) {
  std::string all;
  for (const auto& one : field)
    all.append(all.empty() ? "" : ", ").append(write(text{}, one));
  return "[" + all + "]";
}

problem check_address(std::string_view value) {
  const std::string address{value};
  in6_addr parsed;
  if (inet_pton(AF_INET, address.c_str(), &parsed) == 1
      || inet_pton(AF_INET6, address.c_str(), &parsed) == 1)
    return std::nullopt;
  return "is not an IPv4 or IPv6 address";
}

problem check_file_name(std::string_view value) {
  if (value.empty())
    return "is not the name of a file";
  return std::nullopt;
}

problem check_network(std::string_view value) {
  const auto slash = value.find('/');
  const auto address = value.substr(0, slash);
  if (check_address(address))
    return "is not an address or a network such as 10.0.0.0/8";
  if (slash == std::string_view::npos)
    return std::nullopt;
  const auto bits = parse_number(value.substr(slash + 1));
  const bool v6 = address.find(':') != std::string_view::npos;
  if (!bits || *bits > (v6 ? 128u : 32u))
    return "has no prefix length of 0 to " + std::string{v6 ? "128" : "32"};
  return std::nullopt;
}

problem check_origin(std::string_view value) {
  if (value == "*")
    return std::nullopt;
  constexpr std::string_view wrong =
      "is not an origin such as https://app.example.com";
  const auto scheme = value.find("://");
  if (scheme == 0 || scheme == std::string_view::npos)
    return std::string{wrong};
  auto host = value.substr(scheme + 3);
  if (host.starts_with("*."))
    host.remove_prefix(2);
  const auto is_good = [](char c) {
    constexpr std::string_view marks = "-._:[]";
    return is_alphanumeric(c) || marks.find(c) != std::string_view::npos;
  };
  if (host.empty() || !std::all_of(host.begin(), host.end(), is_good))
    return std::string{wrong};
  return std::nullopt;
}

problem check_url_path(std::string_view value) {
  const auto is_good = [](char c) {
    constexpr std::string_view marks = "/-._~!$&'()*+,;=:@%";
    return is_alphanumeric(c) || marks.find(c) != std::string_view::npos;
  };
  if (value.starts_with('/')
      && std::all_of(value.begin(), value.end(), is_good))
    return std::nullopt;
  return "is not the path of a URL, such as /ws";
}

problem check_node_name(std::string_view value) {
  const auto is_good = [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
  };
  if (value.size() <= 64 && std::all_of(value.begin(), value.end(), is_good))
    return std::nullopt;
  return "is not a name of up to 64 letters, digits, '.', '_' and '-'";
}

problem check_cookie_name(std::string_view value) {
  const auto is_good = [](char c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return is_alphanumeric(c) || marks.find(c) != std::string_view::npos;
  };
  if (std::all_of(value.begin(), value.end(), is_good))
    return std::nullopt;
  return "is not the name of a cookie";
}

problem check_hmac_secret(std::string_view value) {
  if (value.empty() || value.size() >= 32)
    return std::nullopt;
  return "is shorter than 32 bytes";
}

problem check_nats_server(std::string_view value) {
  const auto scheme = value.find("://");
  const auto name = value.substr(0, scheme);
  if (scheme == std::string_view::npos || value.size() == scheme + 3
      || (name != "nats" && name != "tls"))
    return "is not a server such as nats://127.0.0.1:4222";
  if (value.find('@') != std::string_view::npos)
    return "has a login in it, which belongs into user and password";
  return std::nullopt;
}

problem check_cluster_name(std::string_view value) {
  const auto is_good = [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '-';
  };
  if (!value.empty() && value.size() <= 32
      && std::all_of(value.begin(), value.end(), is_good))
    return std::nullopt;
  return "is not a name of 1 to 32 letters, digits, '_' and '-'";
}

problem check_subject(std::string_view value) {
  for (auto rest = value; !rest.empty();) {
    const auto end = std::min(rest.find('.'), rest.size());
    if (check_cluster_name(rest.substr(0, end)) || end + 1 == rest.size())
      return "is not words of letters, digits, '_' and '-' with dots between";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (value.empty())
    return "is empty";
  return std::nullopt;
}

problem check_pattern(std::string_view value) {
  const auto wrong = pattern_error(with_any_id(value));
  if (!wrong)
    return std::nullopt;
  return "is not a pattern: " + *wrong;
}

} // namespace rookery::option
