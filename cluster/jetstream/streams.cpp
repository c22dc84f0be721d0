#include "cluster/jetstream/streams.hpp"

#include "base/log.hpp"
#include "cluster/jetstream/stream_epoch.hpp"

#include <algorithm>
#include <memory>

namespace rookery {

namespace {

struct stream_free {
  void operator()(jsStreamInfo* it) const { ::jsStreamInfo_Destroy(it); }
  void operator()(jsCtx* it) const { ::jsCtx_Destroy(it); }
};
using stream_info = std::unique_ptr<jsStreamInfo, stream_free>;
using context = std::unique_ptr<jsCtx, stream_free>;

constexpr int64_t ns_per_s = 1'000'000'000;
/// At a log that others make or give an epoch at the same time.
constexpr int log_looks_max = 4;

int64_t or_endless(int64_t limit) {
  return limit == 0 ? -1 : limit;
}

/// A stream as it should be. Holds what `config` points to.
struct wanted_stream {
  std::string name;
  std::string subject;
  std::string subject_before; // may be replaced by `subject`; empty: none
  std::string live;           // empty: not republished
  std::string description;
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
  void describe(std::string as) {
    description = std::move(as);
    config.Description = description.c_str();
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
         && (text(wanted.Description).empty()
             || text(is.Description) == wanted.Description)
         && limit(is.MaxMsgsPerSubject) == limit(wanted.MaxMsgsPerSubject)
         && limit(is.MaxBytes) == limit(wanted.MaxBytes)
         && limit(is.MaxAge) == limit(wanted.MaxAge)
         && is.Duplicates == wanted.Duplicates && is.Replicas == wanted.Replicas
         && is.AllowDirect;
}

/// Other subjects overlap, or the name is taken: nobody's retry helps.
bool taken(jsErrCode code) {
  return code == JSStreamNameExistErr || code == JSStreamSubjectOverlapErr;
}

class stream_maker {
public:
  stream_maker(
      jsCtx* at, const jetstream_settings& settings, epoch_claims& claims)
      : at_(at)
      , claims_(claims) {
    ::jsOptions_Init(&options_);
    options_.Wait = settings.try_deadline.count();
  }

  result<void> ensure(wanted_stream& wanted) {
    const auto found = find(wanted);
    if (!found)
      return tl::make_unexpected(found.error());
    if (const auto made = make(wanted, found->get()); !made)
      return tl::make_unexpected(made.error());
    return {};
  }

  result<log_stream> ensure_log(wanted_stream& wanted) {
    std::string claimed;
    for (int looks = 0; looks < log_looks_max; ++looks) {
      const auto found = find(wanted);
      if (!found)
        return tl::make_unexpected(found.error());
      const auto* const is = found->get();
      auto epoch =
          is ? epoch_of_description(text(is->Config->Description)) : "";
      if (epoch.empty() && claimed.empty()) {
        auto agreed = claims_.agree();
        if (!agreed)
          return tl::make_unexpected(agreed.error());
        claimed = std::move(*agreed);
        continue; // who forgot the claims has made it before
      }
      if (epoch.empty())
        epoch = claimed;
      wanted.describe(describe_epoch(epoch));
      const auto made = make(wanted, is);
      if (!made && !is && made.error().code == errc::conflict
          && looks + 1 < log_looks_max)
        continue; // now there is one
      if (!made)
        return tl::make_unexpected(made.error());
      claims_.forget(); // also what one left that died before it did
      return log_stream{epoch, *made};
    }
    return refuse(
        errc::not_available,
        "stream " + wanted.name + " is made by others, and is not there yet");
  }

private:
  /// Null: there is none.
  result<stream_info> find(const wanted_stream& wanted) {
    jsErrCode code{};
    jsStreamInfo* found = nullptr;
    const auto status =
        ::js_GetStreamInfo(&found, at_, wanted.name.c_str(), &options_, &code);
    stream_info info{found};
    if (status == NATS_OK || status == NATS_NOT_FOUND
        || code == JSStreamNotFoundErr)
      return info;
    return tl::make_unexpected(failed(wanted, status, code));
  }
  /// Of what `is` there, null: nothing. The last sequence of the stream.
  result<uint64_t> make(wanted_stream& wanted, const jsStreamInfo* is) {
    if (!is) {
      log::info("journal.stream_made", {{"stream", wanted.name}});
      return change(wanted, ::js_AddStream);
    }
    if (const auto why = difference(*is->Config, wanted); !why.empty())
      return refuse(errc::conflict, "stream " + wanted.name + ": " + why);
    if (same(*is->Config, wanted.config))
      return is->State.LastSeq;
    log::info("journal.stream_adapted", {{"stream", wanted.name}});
    return change(wanted, ::js_UpdateStream);
  }
  template <class Call>
  result<uint64_t> change(wanted_stream& wanted, Call call) {
    jsErrCode code{};
    jsStreamInfo* made = nullptr;
    const auto status = call(&made, at_, &wanted.config, &options_, &code);
    const stream_info info{made};
    if (status != NATS_OK)
      return tl::make_unexpected(failed(wanted, status, code));
    return info->State.LastSeq;
  }
  static failure
  failed(const wanted_stream& wanted, natsStatus status, jsErrCode code) {
    if (code == JSNotEnabledErr || code == JSNotEnabledForAccountErr)
      return {
          errc::bad_request, "JetStream is not enabled on this server of NATS, "
                             "or for the account"};
    if (status == NATS_NO_RESPONDERS)
      return {
          errc::not_available,
          "no server of NATS answers for JetStream: it is not enabled, or has "
          "no leader now"};
    return {
        taken(code) ? errc::conflict : errc::not_available,
        "stream " + wanted.name + ": " + text(::natsStatus_GetText(status))
            + ", " + text(::nats_GetLastError(nullptr)) + ", code "
            + std::to_string(code)};
  }

  jsCtx* at_;
  epoch_claims& claims_;
  jsOptions options_{};
};

bool good_name(const std::string& name) {
  return !name.empty()
         && name.find_first_not_of(
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                "0123456789-_")
                == std::string::npos;
}

} // namespace

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
  jsCtx* created = nullptr;
  if (::natsConnection_JetStream(&created, at, nullptr) != NATS_OK)
    return refuse(errc::not_available, "NATS gives no JetStream context");
  const context js{created};
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
  epoch_claims claims{at, names, settings};
  stream_maker maker{js.get(), settings, claims};
  if (const auto made = maker.ensure(image); !made) // it holds the claims
    return tl::make_unexpected(made.error());
  return maker.ensure_log(log);
}

} // namespace rookery
