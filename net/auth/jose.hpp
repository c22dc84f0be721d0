#pragma once

#include <cjose/cjose.h>
#include <jansson.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

// Owners for what cjose (JSON Web Signatures and Keys; RFC 7515, 7517) and
// jansson (the JSON that cjose speaks) hand out. Only .cpp files of net/auth
// and its other internal headers include this one.

namespace rookery::jose {

struct releaser {
  void operator()(cjose_jwk_t* key) const noexcept { cjose_jwk_release(key); }
  void operator()(cjose_jws_t* jws) const noexcept { cjose_jws_release(jws); }
  void operator()(json_t* json) const noexcept { json_decref(json); }
  void operator()(char* text) const noexcept { std::free(text); }
};

using jwk_ptr = std::unique_ptr<cjose_jwk_t, releaser>;
using jws_ptr = std::unique_ptr<cjose_jws_t, releaser>;
using json_ptr = std::unique_ptr<json_t, releaser>;

/// The value as JSON text, by default in its shortest form; `layout` is of
/// jansson's flags. Reals keep all 17 digits, so that nothing is lost.
inline std::string
write(const json_t* value, std::size_t layout = JSON_COMPACT) {
  const std::unique_ptr<char, releaser> text{
      json_dumps(value, JSON_ENCODE_ANY | layout)};
  return text ? std::string{text.get()} : std::string{};
}

/// The text of a JSON string; empty if the value is no string (or null).
inline std::string_view text_of(const json_t* value) noexcept {
  if (!json_is_string(value))
    return {};
  return {json_string_value(value), json_string_length(value)};
}

} // namespace rookery::jose
