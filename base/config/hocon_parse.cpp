#include "base/config/hocon_parse.hpp"

#include <hocon/config.hpp>
#include <hocon/config_parse_options.hpp>
#include <hocon/path.hpp>

#include <memory>

namespace rookery {

hocon::shared_object
parse_hocon(const std::string& text, const std::string& name) {
  const auto options = hocon::config_parse_options{}.set_origin_description(
      std::make_shared<std::string>(name));
  return hocon::config::parse_string(text, options)->root();
}

std::optional<hocon_members> members_of(const hocon::shared_value& value) {
  const auto object =
      std::dynamic_pointer_cast<const hocon::config_object>(value);
  if (!object)
    return std::nullopt;
  try {
    return hocon_members(object->begin(), object->end());
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

hocon::shared_value
find_value(const hocon::shared_object& root, const std::string& path) {
  auto left = hocon::path::new_path(path);
  hocon::shared_value value = root;
  for (; value && !left.empty(); left = left.remainder()) {
    const auto object =
        std::dynamic_pointer_cast<const hocon::config_object>(value);
    if (!object || !members_of(value))
      return nullptr;
    value = object->attempt_peek_with_partial_resolve(*left.first());
  }
  return value;
}

} // namespace rookery
