#include "base/protocol/base64.hpp"

#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/binary_from_base64.hpp>
#include <boost/archive/iterators/dataflow_exception.hpp>
#include <boost/archive/iterators/transform_width.hpp>

namespace rookery {

using namespace boost::archive::iterators;

std::string to_base64(std::string_view bytes) {
  using characters = base64_from_binary<transform_width<const char*, 6, 8>>;
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  // The comparison with the end is what makes the iterator fill the last group
  // with zeros, so it must be this one.
  const characters end{bytes.data() + bytes.size()};
  for (characters at{bytes.data()}; at != end; ++at)
    text.push_back(*at);
  text.resize((bytes.size() + 2) / 3 * 4, '=');
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  using octets = transform_width<binary_from_base64<const char*>, 8, 6>;
  if (text.empty())
    return std::string{};
  const auto full = text.find_last_not_of('=') + 1; // 0: there is none
  if (text.size() % 4 != 0 || text.size() - full > 2 || text.find('=') < full)
    return std::nullopt;
  std::string bytes(full * 6 / 8, '\0');
  try {
    octets at{text.data()};
    for (auto& one : bytes)
      one = *at++;
  } catch (const dataflow_exception&) {
    return std::nullopt;
  }
  return bytes;
}

} // namespace rookery
