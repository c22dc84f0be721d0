#pragma once

#include "base/protocol/events.hpp"

#include <string>

namespace rookery {

/// Appends `message`, any of base/protocol/events.hpp, to `out` as it goes into
/// one WebSocket message, without the frame header.
///
/// Payloads of the other encoding are transcoded on the way, each time anew:
/// encode once per encoding and share the result. Payloads of the same encoding
/// are copied as they are. A payload that is empty, or that `transcode`
/// refuses, becomes null.
///
/// Texts must be valid UTF-8, as all of them are that came through `decode`.
///
/// Thread: any.
template <class Message>
void encode(encoding as, const Message& message, std::string& out);

} // namespace rookery
