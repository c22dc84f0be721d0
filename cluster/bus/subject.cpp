#include "cluster/bus/subject.hpp"

#include "cluster/bus/bus.hpp"

#include <algorithm>
#include <string>

namespace rookery {

namespace {

/// Takes the first word and its dot off.
std::string_view next_word(std::string_view& rest) noexcept {
  const auto dot = rest.find('.');
  const auto word = rest.substr(0, dot);
  rest =
      dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  return word;
}

bool plain(char c) noexcept {
  return static_cast<unsigned char>(c) > ' ' && c != '\x7f';
}

bool valid_header(const bus_header& one) noexcept {
  const auto fits = [](std::string_view text) {
    return text.find_first_of(std::string_view{"\r\n\0", 3})
           == std::string_view::npos;
  };
  return !one.name.empty() && std::ranges::all_of(one.name, plain)
         && one.name.find(':') == std::string::npos && fits(one.value);
}

std::size_t size_of_headers(const bus_post& post) noexcept {
  std::size_t size = 0;
  for (const auto& [name, value] : post.headers)
    size += name.size() + value.size() + 4; // ": " and CR LF
  return size;
}

} // namespace

bool valid_subject(std::string_view subject, bool wild) noexcept {
  if (subject.empty() || subject.size() > subject_bytes_max
      || subject.back() == '.' || !std::ranges::all_of(subject, plain))
    return false;
  while (!subject.empty()) {
    const auto word = next_word(subject);
    if (word.empty())
      return false;
    if (word.find_first_of("*>") == std::string_view::npos)
      continue;
    const bool last = subject.empty();
    if (!wild || !(word == "*" || (word == ">" && last)))
      return false;
  }
  return true;
}

bool subject_fits(std::string_view subject, std::string_view wanted) noexcept {
  while (!subject.empty() && !wanted.empty()) {
    const auto word = next_word(wanted);
    if (word == ">")
      return true;
    if (const auto found = next_word(subject); word != "*" && word != found)
      return false;
  }
  return subject.empty() && wanted.empty();
}

result<void> check_post(const bus_post& post, std::size_t payload_bytes_max) {
  if (!valid_subject(post.subject, false)
      || (!post.answer_to.empty() && !valid_subject(post.answer_to, false)))
    return refuse(
        errc::bad_request, "\"" + post.subject + "\" is no subject to publish");
  if (post.payload.size() > payload_bytes_max)
    return refuse(
        errc::bad_request, "a message of " + std::to_string(post.payload.size())
                               + " bytes, and the bus takes "
                               + std::to_string(payload_bytes_max));
  if (!std::ranges::all_of(post.headers, valid_header)
      || size_of_headers(post) > header_bytes_max)
    return refuse(errc::bad_request, "a header that the bus does not take");
  return {};
}

std::size_t size_of(const bus_post& post) noexcept {
  return post.subject.size() + post.answer_to.size() + post.payload.size()
         + size_of_headers(post);
}

} // namespace rookery
