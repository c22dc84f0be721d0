#pragma once

#include "base/protocol/messages.hpp"

#include <string>

namespace rookery {

/// Appends `data` to `out` as `to` writes it; as it is, unchecked, when it is
/// written so already. Total, and neither recursive nor deeper than
/// `nesting_max`. False: it is no payload that `decode` would have let through,
/// and `out` is as before.
///
/// Integers of 64 bits, signed or not, stay integers; other JSON numbers become
/// the nearest double, an infinity from 1.8e308 on. Doubles keep their exact
/// value; NaN and infinities become null in JSON. `bin` becomes a string of
/// base64 (RFC 4648, section 4) in JSON and is a string from then on. Keys keep
/// their order, repeated ones included.
///
/// Thread: any.
[[nodiscard]] bool
transcode(const payload& data, encoding to, std::string& out);

} // namespace rookery
