#include "net/auth/token.hpp"

#include "net/auth/claims.hpp"
#include "net/auth/keys.hpp"

#include <utility>

namespace rookery {

result<std::unique_ptr<token_verifier>>
token_verifier::load(token_config settings) {
  auto keys = key_set::load(settings);
  if (!keys)
    return tl::make_unexpected(std::move(keys.error()));
  return std::unique_ptr<token_verifier>{
      new token_verifier{std::move(settings), std::move(*keys)}};
}

token_verifier::token_verifier(token_config settings, key_set keys)
    : settings_(std::move(settings))
    , keys_(std::make_shared<const key_set>(std::move(keys))) {}

token_verifier::~token_verifier() = default;

result<identity> token_verifier::verify(
    std::string_view token, std::chrono::system_clock::time_point now) const {
  if (token.size() > token_bytes_max)
    return refuse(errc::unauthorized, "the token is longer than 8192 bytes");
  const auto payload = keys()->verify(token);
  if (!payload)
    return tl::make_unexpected(payload.error());
  return read_claims(*payload, settings_, now);
}

result<void> token_verifier::reload() {
  auto loaded = key_set::load(settings_);
  if (!loaded)
    return tl::make_unexpected(std::move(loaded.error()));
  auto fresh = std::make_shared<const key_set>(std::move(*loaded));
  const std::lock_guard lock{mutex_};
  keys_.swap(fresh);
  return {};
}

std::vector<std::string> token_verifier::notes() const {
  return keys()->notes();
}

std::shared_ptr<const key_set> token_verifier::keys() const {
  const std::lock_guard lock{mutex_};
  return keys_;
}

} // namespace rookery
