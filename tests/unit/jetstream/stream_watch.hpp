#pragma once

#include <gtest/gtest.h>
#include <nats/nats.h>

#include <string>

namespace rookery {

/// A look at the streams beside the journal.
class stream_watch {
public:
  explicit stream_watch(const std::string& url) {
    EXPECT_EQ(::natsConnection_ConnectTo(&connection_, url.c_str()), NATS_OK);
    EXPECT_EQ(::natsConnection_JetStream(&js_, connection_, nullptr), NATS_OK);
  }
  ~stream_watch() {
    ::jsCtx_Destroy(js_);
    ::natsConnection_Destroy(connection_);
  }
  stream_watch(const stream_watch&) = delete;
  stream_watch& operator=(const stream_watch&) = delete;

  struct message {
    std::string subject, data;
  };

  uint64_t last_sequence(const char* stream) {
    return with_info(
        stream, [](const jsStreamInfo& it) { return it.State.LastSeq; });
  }
  uint64_t messages(const char* stream) {
    return with_info(
        stream, [](const jsStreamInfo& it) { return it.State.Msgs; });
  }
  std::string subject_of(const char* stream) {
    std::string found;
    with_info(stream, [&](const jsStreamInfo& it) {
      found = it.Config->Subjects[0];
      return 0;
    });
    return found;
  }
  message get(const char* stream, uint64_t sequence) {
    natsMsg* found = nullptr;
    jsDirectGetMsgOptions of;
    ::jsDirectGetMsgOptions_Init(&of);
    of.Sequence = sequence;
    message one;
    if (::js_DirectGetMsg(&found, js_, stream, nullptr, &of) == NATS_OK)
      one = {
          ::natsMsg_GetSubject(found),
          {::natsMsg_GetData(found),
           static_cast<std::size_t>(::natsMsg_GetDataLength(found))}};
    ::natsMsg_Destroy(found);
    return one;
  }
  void publish(const std::string& subject) {
    EXPECT_EQ(
        ::js_Publish(nullptr, js_, subject.c_str(), "", 0, nullptr, nullptr),
        NATS_OK);
  }
  void remove(const char* stream) {
    EXPECT_EQ(::js_DeleteStream(js_, stream, nullptr, nullptr), NATS_OK);
  }
  void purge(const char* stream, const char* subject) {
    jsOptions with;
    ::jsOptions_Init(&with);
    with.Stream.Purge.Subject = subject;
    EXPECT_EQ(::js_PurgeStream(js_, stream, &with, nullptr), NATS_OK);
  }
  void describe(const char* stream, const char* as) {
    jsStreamInfo* info = nullptr;
    ASSERT_EQ(
        ::js_GetStreamInfo(&info, js_, stream, nullptr, nullptr), NATS_OK);
    auto config = *info->Config;
    config.Description = as;
    EXPECT_EQ(
        ::js_UpdateStream(nullptr, js_, &config, nullptr, nullptr), NATS_OK);
    ::jsStreamInfo_Destroy(info);
  }
  void make(const char* stream, const char* subject) {
    jsStreamConfig config;
    ::jsStreamConfig_Init(&config);
    config.Name = stream;
    config.Subjects = &subject;
    config.SubjectsLen = 1;
    config.AllowDirect = true;
    config.Storage = js_FileStorage;
    EXPECT_EQ(::js_AddStream(nullptr, js_, &config, nullptr, nullptr), NATS_OK);
  }

private:
  template <class Look>
  uint64_t with_info(const char* stream, Look look) {
    jsStreamInfo* info = nullptr;
    EXPECT_EQ(
        ::js_GetStreamInfo(&info, js_, stream, nullptr, nullptr), NATS_OK);
    const uint64_t found = info ? look(*info) : 0;
    ::jsStreamInfo_Destroy(info);
    return found;
  }

  natsConnection* connection_ = nullptr;
  jsCtx* js_ = nullptr;
};

} // namespace rookery
