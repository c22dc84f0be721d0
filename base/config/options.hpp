#pragma once

#include "base/rights.hpp"

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the value of an option may be. Each form below knows how to read a field
// from text, how to write it, and how to say what is allowed. The options
// themselves are listed in base/config/describe.hpp.
//
// `read` leaves the field alone and answers what is wrong, as the end of a
// sentence that begins with the value: "is out of range (1..65535)". The
// elements of a list arrive as one text, with a blank between them.

namespace rookery::option {

using problem = std::optional<std::string>;

/// A whole number of things, which `unit` names: "messages".
struct number {
  uint64_t min;
  uint64_t max;
  std::string_view unit;
};

/// A size in memory or on the wire.
struct bytes {
  uint64_t min;
  uint64_t max;
};

struct duration {
  std::chrono::milliseconds min;
  std::chrono::milliseconds max;
};

/// true or false.
struct flag {};

/// Text that `check` accepts; `form` says which text that is. The value of a
/// secret never appears in an error.
struct text {
  std::string_view form;
  problem (*check)(std::string_view value) = nullptr;
  bool secret = false;
};

/// One of a few words, each of which stands for a value.
template <class T, std::size_t N>
struct words {
  struct word {
    std::string_view name;
    T value;
  };
  std::array<word, N> all;
};

/// A list of rights; [all] is all of them.
struct rights {};

/// A list of texts that `check` accepts, none of which has a blank.
struct texts {
  std::string_view form;
  problem (*check)(std::string_view value);
};

/// What is allowed: "1..65535", "1 KiB..1 MiB", "text | json".
std::string allowed(const number& form);
std::string allowed(const bytes& form);
std::string allowed(const duration& form);
std::string allowed(const flag& form);
std::string allowed(const text& form);
std::string allowed(const rights& form);
std::string allowed(const texts& form);

template <class T, std::size_t N>
std::string allowed(const words<T, N>& form) {
  std::string all;
  for (const auto& word : form.all)
    all.append(all.empty() ? "" : " | ").append(word.name);
  return all;
}

problem read(const number& form, std::string_view value, uint64_t& field);
problem read(const bytes& form, std::string_view value, std::size_t& field);
problem read(
    const duration& form, std::string_view value,
    std::chrono::milliseconds& field);
problem read(const flag& form, std::string_view value, bool& field);
problem read(const text& form, std::string_view value, std::string& field);
problem read(const rights& form, std::string_view value, right_set& field);
problem read(
    const texts& form, std::string_view value, std::vector<std::string>& field);

/// Numbers of any width: the range of the form is within that of the field.
template <std::integral T>
problem read(const number& form, std::string_view value, T& field) {
  uint64_t wide = 0;
  auto wrong = read(form, value, wide);
  if (!wrong)
    field = static_cast<T>(wide);
  return wrong;
}

template <class T, std::size_t N>
problem read(const words<T, N>& form, std::string_view value, T& field) {
  for (const auto& word : form.all) {
    if (word.name == value) {
      field = word.value;
      return std::nullopt;
    }
  }
  return "is none of " + allowed(form);
}

/// As it stands in a file: quoted where HOCON needs it.
template <std::integral T>
std::string write(const number&, T field) {
  return std::to_string(field);
}
std::string write(const bytes& form, std::size_t field);
std::string write(const duration& form, std::chrono::milliseconds field);
std::string write(const flag& form, bool field);
std::string write(const text& form, const std::string& field);
std::string write(const rights& form, right_set field);
std::string write(const texts& form, const std::vector<std::string>& field);

template <class T, std::size_t N>
std::string write(const words<T, N>& form, T field) {
  for (const auto& word : form.all)
    if (word.value == field)
      return std::string{word.name};
  return {};
}

template <class Form>
constexpr bool is_secret(const Form&) {
  return false;
}
constexpr bool is_secret(const text& form) {
  return form.secret;
}

// Checks for `text`.

/// An IPv4 or IPv6 address, no name: a node must not depend on DNS to start.
problem check_address(std::string_view value);

/// The path of a URL: begins with '/', has no query, no fragment, no blanks.
problem check_url_path(std::string_view value);

/// Empty or up to 64 of [A-Za-z0-9._-], so that it needs no quotes anywhere.
problem check_node_name(std::string_view value);

/// Not empty. A blank would end it, since it stands in a list.
problem check_file_name(std::string_view value);

/// Empty or the token of RFC 6265, section 4.1.1.
problem check_cookie_name(std::string_view value);

/// "10.0.0.1", "10.0.0.0/8", "fd00::/8".
problem check_network(std::string_view value);

/// "https://app.example.com", "http://localhost:3000", "https://*.example.com",
/// "*". As browsers write an origin (RFC 6454, section 6.2).
problem check_origin(std::string_view value);

/// Empty or at least 32 bytes (RFC 7518, section 3.2).
problem check_hmac_secret(std::string_view value);

/// "nats://127.0.0.1:4222", "tls://nats.example.com".
problem check_nats_server(std::string_view value);

/// Up to 32 of [A-Za-z0-9_-], since it is a word of NATS subjects.
problem check_cluster_name(std::string_view value);

/// Such words with dots between them.
problem check_subject(std::string_view value);

/// base/config/topic_pattern.hpp, personal_pattern.hpp
problem check_pattern(std::string_view value);

} // namespace rookery::option
