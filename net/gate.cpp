#include "net/gate.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <random>

namespace rookery {

namespace {

using wide_address = std::array<uint8_t, 16>; // IPv4 as ::ffff:a.b.c.d

std::optional<wide_address> parse(std::string_view text) {
  constexpr std::size_t longest = 45; // INET6_ADDRSTRLEN - 1
  if (text.empty() || text.size() > longest)
    return std::nullopt;
  const std::string address{text};
  wide_address parsed{};
  if (::inet_pton(AF_INET6, address.c_str(), parsed.data()) == 1)
    return parsed;
  if (::inet_pton(AF_INET, address.c_str(), parsed.data() + 12) != 1)
    return std::nullopt;
  parsed[10] = parsed[11] = 0xff;
  return parsed;
}

bool is_v4(const wide_address& address) {
  constexpr std::array<uint8_t, 12> mapped{0, 0, 0, 0, 0,    0,
                                           0, 0, 0, 0, 0xff, 0xff};
  return std::equal(mapped.begin(), mapped.end(), address.begin());
}

bool same_bits(
    const wide_address& one, const wide_address& other, unsigned bits) {
  const auto whole = bits / 8;
  if (!std::equal(one.begin(), one.begin() + whole, other.begin()))
    return false;
  const auto mask = static_cast<uint8_t>(0xff00u >> (bits % 8));
  return bits % 8 == 0 || ((one[whole] ^ other[whole]) & mask) == 0;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

} // namespace

std::optional<client_network> client_network::of(std::string_view address) {
  const auto parsed = parse(address);
  if (!parsed)
    return std::nullopt;
  client_network one;
  // The first half of an IPv6 address, the last half of a mapped one, which
  // begins with ffff: both are unlike each other and unlike nothing.
  const auto* from = is_v4(*parsed) ? parsed->data() + 8 : parsed->data();
  std::memcpy(one.bytes.data(), from, one.bytes.size());
  return one;
}

gate::gate(gate_limits limits)
    : limits_(std::move(limits)) {
  for (const std::string_view text : limits_.trusted_proxies) {
    const auto slash = text.find('/');
    const auto address = parse(text.substr(0, slash));
    if (!address)
      continue; // the configuration has none such
    proxy_network one{*address, 128};
    if (slash != std::string_view::npos) {
      const auto bits = text.substr(slash + 1);
      std::from_chars(bits.data(), bits.data() + bits.size(), one.bits);
      if (is_v4(*address))
        one.bits += 96;
    }
    proxies_.push_back(one);
  }
}

refusal gate::enter(time_point now, std::string_view peer, pass& granted) {
  const auto before = inside_.fetch_add(1, std::memory_order_relaxed);
  pass one;
  one.gate_ = this;
  if (overloaded_.load(std::memory_order_relaxed))
    return refusal::overloaded;
  if (limits_.connections > 0 && before >= limits_.connections)
    return refusal::node_full;
  const auto refused = count_arrival(now, peer, one);
  if (refused == refusal::none)
    granted = std::move(one);
  return refused;
}

refusal gate::count_arrival(time_point now, std::string_view peer, pass& one) {
  if (limits_.per_second == 0 && limits_.per_address == 0)
    return refusal::none;
  const bool by_address = limits_.per_address > 0 && !trusts(peer);
  const std::lock_guard lock{guard_};
  if (limits_.per_second > 0) {
    if (arrivals_.wait(now, limits_.per_second).count() > 0)
      return refusal::too_fast;
    arrivals_.spend(now, limits_.per_second);
  }
  if (const auto network = client_network::of(peer); by_address && network) {
    if (!count(*network))
      return refusal::address_full;
    one.network_ = *network;
  }
  return refusal::none;
}

refusal gate::forwarded(std::string_view client, pass& granted) {
  const auto network = client_network::of(client);
  if (limits_.per_address == 0 || !network
      || granted.network_ != client_network{})
    return refusal::none;
  const std::lock_guard lock{guard_};
  if (!count(*network))
    return refusal::address_full;
  granted.network_ = *network;
  return refusal::none;
}

bool gate::count(const client_network& one) {
  auto& connections = by_network_[one];
  if (connections >= limits_.per_address)
    return false;
  ++connections;
  return true;
}

void gate::leave(const client_network& one) noexcept {
  inside_.fetch_sub(1, std::memory_order_relaxed);
  if (one == client_network{})
    return;
  const std::lock_guard lock{guard_};
  const auto found = by_network_.find(one);
  if (found != by_network_.end() && --found->second == 0)
    by_network_.erase(found);
}

std::string_view gate::client_address(
    std::string_view peer, std::string_view forwarded_for) const {
  auto client = peer;
  // From the right: each proxy appended whom it saw; the rest anyone may have
  // written.
  while (trusts(client) && !forwarded_for.empty()) {
    const auto comma = forwarded_for.rfind(',');
    const auto last = trimmed(
        comma == std::string_view::npos ? forwarded_for
                                        : forwarded_for.substr(comma + 1));
    if (!client_network::of(last))
      return client;
    client = last;
    forwarded_for =
        forwarded_for.substr(0, comma == std::string_view::npos ? 0 : comma);
  }
  return client;
}

bool gate::trusts(std::string_view address) const {
  if (proxies_.empty())
    return false;
  const auto parsed = parse(address);
  return parsed
         && std::any_of(
             proxies_.begin(), proxies_.end(), [&](const proxy_network& one) {
               return same_bits(one.address, *parsed, one.bits);
             });
}

unsigned gate::retry_after_s(refusal why) const {
  thread_local std::minstd_rand random{std::random_device{}()};
  const unsigned most = why == refusal::too_fast ? 5 : 30;
  return std::uniform_int_distribution<unsigned>{1, most}(random);
}

std::size_t
gate::network_hash::operator()(const client_network& one) const noexcept {
  // A seed, or an attacker could choose addresses that share a bucket.
  static const uint64_t seed = std::random_device{}();
  uint64_t number = 0;
  std::memcpy(&number, one.bytes.data(), sizeof number);
  return std::hash<uint64_t>{}((number ^ seed) * 0x9e3779b97f4a7c15u);
}

} // namespace rookery
