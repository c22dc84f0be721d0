#include "cluster/jetstream/streams.hpp"

#include "base/hex.hpp"
#include "base/log.hpp"
#include "cluster/jetstream/jetstream_link.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace rookery {

namespace {

struct stream_free {
  void operator()(jsStreamInfo* it) const { ::jsStreamInfo_Destroy(it); }
  void operator()(jsCtx* it) const { ::jsCtx_Destroy(it); }
};
using stream_info = std::unique_ptr<jsStreamInfo, stream_free>;
using context = std::unique_ptr<jsCtx, stream_free>;

constexpr int64_t ns_per_s = 1'000'000'000;

int64_t or_endless(int64_t limit) {
  return limit == 0 ? -1 : limit;
}

/// A stream as it should be. Holds what `config` points to.
struct wanted_stream {
  std::string name;
  std::string subject;
  std::string subject_before; // may be replaced by `subject`; empty: none
  std::string live;           // empty: not republished
  const char* subjects[1]{};
  jsRePublish republish{};
  jsStreamConfig config{};

  wanted_stream(
      const jetstream_settings& from, std::string of, std::string subjects_)
      : name(std::move(of))
      , subject(std::move(subjects_)) {
    ::jsStreamConfig_Init(&config);
    config.Name = name.c_str();
    subjects[0] = subject.c_str();
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    config.Storage = from.storage == stream_storage::memory ? js_MemoryStorage
                                                            : js_FileStorage;
    config.Replicas = from.replicas;
    config.Duplicates = from.dedupe_window.count() * ns_per_s;
    config.AllowDirect = true;
  }
  wanted_stream(const wanted_stream&) = delete;
  wanted_stream& operator=(const wanted_stream&) = delete;

  void send_on(const std::string& prefix) {
    live = prefix + "{{wildcard(1)}}";
    ::jsRePublish_Init(&republish);
    republish.Source = subject.c_str();
    republish.Destination = live.c_str();
    config.RePublish = &republish;
  }
};

std::string text(const char* of) {
  return of ? of : "";
}

std::string storage_name(jsStorageType of) {
  return of == js_MemoryStorage ? "memory" : "file";
}

/// Empty: `is` can be made `wanted` by other limits.
std::string difference(const jsStreamConfig& is, const wanted_stream& wanted) {
  const auto differs = [](const std::string& what, const std::string& found,
                          const std::string& should) {
    return found == should
               ? ""
               : what + " is '" + found + "', not '" + should + "'; ";
  };
  const auto subject = is.SubjectsLen > 0 ? text(is.Subjects[0]) : "";
  std::string all;
  all += differs("count of subjects", std::to_string(is.SubjectsLen), "1");
  if (subject.empty() || subject != wanted.subject_before)
    all += differs("subject", subject, wanted.subject);
  all += differs(
      "storage", storage_name(is.Storage), storage_name(wanted.config.Storage));
  all += differs(
      "republish destination",
      text(is.RePublish ? is.RePublish->Destination : nullptr), wanted.live);
  all += differs(
      "retention", is.Retention == js_LimitsPolicy ? "limits" : "by consumers",
      "limits");
  all += differs("discard", is.Discard == js_DiscardOld ? "old" : "new", "old");
  all += differs("sealed", is.Sealed ? "yes" : "no", "no");
  all += differs("without acks", is.NoAck ? "yes" : "no", "no");
  if (!all.empty())
    all.resize(all.size() - 2);
  return all;
}

bool same(const jsStreamConfig& is, const jsStreamConfig& wanted) {
  const auto limit = [](int64_t of) { return of <= 0 ? -1 : of; };
  return text(is.Subjects[0]) == wanted.Subjects[0]
         && limit(is.MaxMsgsPerSubject) == limit(wanted.MaxMsgsPerSubject)
         && limit(is.MaxBytes) == limit(wanted.MaxBytes)
         && limit(is.MaxAge) == limit(wanted.MaxAge)
         && is.Duplicates == wanted.Duplicates && is.Replicas == wanted.Replicas
         && is.AllowDirect;
}

class stream_maker {
public:
  stream_maker(jsCtx* at, const jetstream_settings& settings)
      : at_(at) {
    ::jsOptions_Init(&options_);
    options_.Wait = settings.try_deadline.count();
  }

  result<log_stream> ensure(wanted_stream& wanted) {
    jsErrCode code{};
    jsStreamInfo* found = nullptr;
    auto status =
        ::js_GetStreamInfo(&found, at_, wanted.name.c_str(), &options_, &code);
    stream_info info{found};
    if (status == NATS_NOT_FOUND || code == JSStreamNotFoundErr) {
      log::info("journal.stream_made", {{"stream", wanted.name}});
      return change(wanted, ::js_AddStream);
    }
    if (status != NATS_OK)
      return failed(wanted, status, code);
    const auto& is = *info->Config;
    if (const auto why = difference(is, wanted); !why.empty())
      return refuse(errc::conflict, "stream " + wanted.name + ": " + why);
    if (same(is, wanted.config))
      return found_in(*info);
    log::info("journal.stream_adapted", {{"stream", wanted.name}});
    return change(wanted, ::js_UpdateStream);
  }

private:
  static log_stream found_in(const jsStreamInfo& info) {
    return {hex(static_cast<uint64_t>(info.Created)), info.State.LastSeq};
  }
  template <class Call>
  result<log_stream> change(wanted_stream& wanted, Call call) {
    jsErrCode code{};
    jsStreamInfo* made = nullptr;
    const auto status = call(&made, at_, &wanted.config, &options_, &code);
    const stream_info info{made};
    if (status != NATS_OK)
      return failed(wanted, status, code);
    return found_in(*info);
  }
  static result<log_stream>
  failed(const wanted_stream& wanted, natsStatus status, jsErrCode code) {
    if (code == JSNotEnabledErr || code == JSNotEnabledForAccountErr)
      return refuse(
          errc::bad_request, "JetStream is not enabled on this server of NATS, "
                             "or for the account");
    if (status == NATS_NO_RESPONDERS)
      return refuse(
          errc::not_available,
          "no server of NATS answers for JetStream: it is not enabled, or has "
          "no leader now");
    // Other subjects overlap, or the name is taken: nobody's retry helps.
    const bool conflict =
        code == JSStreamNameExistErr || code == JSStreamSubjectOverlapErr;
    return refuse(
        conflict ? errc::conflict : errc::not_available,
        "stream " + wanted.name + ": " + text(::natsStatus_GetText(status))
            + ", " + text(::nats_GetLastError(nullptr)) + ", code "
            + std::to_string(code));
  }

  jsCtx* at_;
  jsOptions options_{};
};

bool good_name(const std::string& name) {
  return !name.empty()
         && name.find_first_not_of(
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                "0123456789-_")
                == std::string::npos;
}

/// Nanoseconds since 1970 of "2026-01-02T03:04:05.678Z"; 0: it is none.
uint64_t time_of(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, read = 0;
  if (std::sscanf(
          text.c_str(), "%d-%d-%dT%d:%d:%d%n", &year, &month, &day, &hour,
          &minute, &second, &read)
      != 6)
    return 0;
  auto fraction = text.substr(static_cast<std::size_t>(read));
  fraction = fraction.empty() || fraction[0] != '.' ? "" : fraction.substr(1);
  fraction.resize(
      std::min(fraction.find_first_not_of("0123456789"), fraction.size()));
  fraction.resize(9, '0');
  uint64_t ns = 0;
  std::from_chars(fraction.data(), fraction.data() + fraction.size(), ns);
  using namespace std::chrono;
  const sys_days date{std::chrono::year{year} / month / day};
  const auto s =
      date.time_since_epoch() + hours{hour} + minutes{minute} + seconds{second};
  return static_cast<uint64_t>(seconds{s}.count()) * ns_per_s + ns;
}

} // namespace

std::string epoch_of_info(std::string_view json) {
  constexpr std::string_view key = "\"created\":\"";
  const auto begin = json.find(key);
  if (begin == std::string_view::npos)
    return {};
  const auto rest = json.substr(begin + key.size());
  const auto ns = time_of(std::string{rest.substr(0, rest.find('"'))});
  return ns == 0 ? "" : hex(ns);
}

result<void> check_settings(const jetstream_settings& of) {
  if (!good_name(of.name))
    return refuse(
        errc::bad_request, "a journal's name has letters, digits, '-' and '_'");
  if (of.servers.empty())
    return refuse(errc::bad_request, "a journal needs a server of NATS");
  if (of.image_part_bytes < 1 || of.appends_in_flight_max < 1)
    return refuse(errc::bad_request, "a journal's bounds are above 0");
  return {};
}

result<log_stream>
ensure_streams(natsConnection* at, const jetstream_settings& settings) {
  jsCtx* made = nullptr;
  if (::natsConnection_JetStream(&made, at, nullptr) != NATS_OK)
    return refuse(errc::not_available, "NATS gives no JetStream context");
  const context js{made};
  const stream_names names{settings.name};
  wanted_stream log{settings, names.log, names.log_prefix + "*"};
  log.config.MaxMsgsPerSubject = or_endless(settings.batches_per_topic_max);
  log.config.MaxBytes = or_endless(settings.bytes_max);
  log.config.MaxAge = settings.age_max.count() * ns_per_s;
  if (log.config.MaxAge > 0) // a longer window is refused
    log.config.Duplicates = std::min(log.config.Duplicates, log.config.MaxAge);
  log.send_on(names.live_prefix);
  wanted_stream image{settings, names.image, names.image_prefix + ">"};
  image.subject_before = names.image_prefix + "*";
  image.config.MaxMsgsPerSubject = 1;
  stream_maker maker{js.get(), settings};
  auto made_log = maker.ensure(log);
  if (!made_log)
    return made_log;
  if (const auto other = maker.ensure(image); !other)
    return tl::make_unexpected(other.error());
  return made_log;
}

} // namespace rookery
