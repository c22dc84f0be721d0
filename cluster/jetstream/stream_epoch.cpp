#include "cluster/jetstream/stream_epoch.hpp"

#include "base/hex.hpp"
#include "base/log.hpp"
#include "base/protocol/json_object.hpp"

#include <algorithm>
#include <cctype>
#include <memory>

namespace rookery {

namespace {

constexpr std::string_view before_epoch = "log of Rookery, epoch ";
constexpr std::size_t epoch_bytes = 7;
constexpr std::size_t epoch_characters_max = 32;

} // namespace

std::string describe_epoch(const std::string& epoch) {
  return std::string{before_epoch} + epoch;
}

std::string epoch_of_description(std::string_view text) {
  if (!text.starts_with(before_epoch))
    return {};
  const auto epoch = text.substr(before_epoch.size());
  const bool good =
      epoch.size() <= epoch_characters_max
      && std::all_of(epoch.begin(), epoch.end(), [](unsigned char one) {
           return std::isalnum(one);
         });
  return good ? std::string{epoch} : std::string{};
}

std::string epoch_of_info(std::string_view json) {
  const auto told = read_json_object(json, 2);
  if (told)
    for (const auto& one : *told)
      if (one.name == "config.description")
        if (const auto* const text = std::get_if<std::string>(&one.value))
          return epoch_of_description(*text);
  return {};
}

result<std::string> epoch_claims::agree() {
  const auto own = random_hex(epoch_bytes);
  if (const auto stored = ask(names_.claim_prefix + own, ""); !stored)
    return tl::make_unexpected(stored.error());
  // Behind its receipt: what came before it is there as well.
  const auto said =
      ask(get_subject(names_.image, settings_.replicas),
          R"({"seq":1,"next_by_subj":")" + names_.claim_prefix + R"(*"})");
  if (!said)
    return tl::make_unexpected(said.error());
  const auto first = read_got(*said, settings_.replicas);
  return first.ok() ? first.subject.substr(names_.claim_prefix.size()) : "";
}

void epoch_claims::forget() {
  const auto purged =
      ask("$JS.API.STREAM.PURGE." + names_.image,
          R"({"filter":")" + names_.claim_prefix + R"(*"})");
  if (!purged || purged->data.find("\"error\"") != std::string::npos)
    log::warn(
        "journal.claims_left",
        {{"subject", names_.claim_prefix},
         {"reason", purged ? purged->data : purged.error().message}});
}

result<jetstream_reply>
epoch_claims::ask(const std::string& subject, const std::string& with) {
  natsMsg* reply = nullptr;
  const auto status = ::natsConnection_RequestString(
      &reply, at_, subject.c_str(), with.c_str(),
      settings_.try_deadline.count());
  const std::unique_ptr<natsMsg, decltype(&::natsMsg_Destroy)> owned{
      reply, ::natsMsg_Destroy};
  if (status != NATS_OK)
    return refuse(
        errc::not_available, "stream " + names_.image + ", " + subject + ": "
                                 + ::natsStatus_GetText(status));
  return read_reply(reply);
}

} // namespace rookery
