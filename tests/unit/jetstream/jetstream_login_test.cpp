#include "cluster/jetstream/stream_message.hpp"
#include "tests/unit/jetstream/jetstream_fixture.hpp"
#include "tests/unit/jetstream/news_log.hpp"
#include "tests/unit/jetstream/stream_watch.hpp"

#include <filesystem>
#include <fstream>

namespace rookery {

namespace {

using std::chrono::milliseconds;

/// Servers that do not let everybody in.
class jetstream_login : public jetstream_place {
protected:
  void SetUp() override {
    jetstream_place::SetUp();
    server.kill();
    settings.login.user = "node";
    settings.login.password = "secret";
  }
  void TearDown() override {
    store.reset();
    std::error_code ignored;
    std::filesystem::remove(config_, ignored);
  }

  using list = std::vector<std::string>;
  /// All that a node's user needs for the name "test".
  static list publishes() {
    return {
        "log.test.*",
        "image.test.>",
        "$JS.API.DIRECT.GET.log-test",
        "$JS.API.DIRECT.GET.image-test",
        "$JS.API.STREAM.INFO.log-test",
        "$JS.API.STREAM.INFO.image-test",
        "$JS.API.STREAM.CREATE.log-test",
        "$JS.API.STREAM.CREATE.image-test",
        "$JS.API.STREAM.UPDATE.log-test",
        "$JS.API.STREAM.UPDATE.image-test",
        "$JS.API.STREAM.PURGE.image-test"};
  }
  static list subscribes() { return {"live.test.*", "_INBOX.>"}; }

  void start_server(const list& may_publish, const list& may_subscribe) {
    const auto allow = [](const list& all) {
      std::string text = "{ allow = [";
      for (const auto& one : all)
        text += (text.ends_with("[") ? " \"" : ", \"") + one + "\"";
      return text + " ] }";
    };
    start_with(
        "accounts { nodes { jetstream = enabled, users = [ { user = node, "
        "password = secret, permissions = { publish = "
        + allow(may_publish) + ", subscribe = " + allow(may_subscribe)
        + " } } ] } }\n");
  }
  void start_with(const std::string& text) {
    server.kill();
    config_ = ::testing::TempDir() + "jetstream-" + std::to_string(::getpid())
              + ".conf";
    std::ofstream{config_} << text;
    server.more = {"-c", config_};
    server.start();
  }
  errc refusal() {
    const auto opened = jetstream_journal::open(settings);
    EXPECT_FALSE(opened);
    if (!opened)
      message = opened.error().message;
    return opened ? errc::internal : opened.error().code;
  }
  /// What a journal ever does. Empty: all of it went well.
  std::string use() {
    news_log news;
    std::string why = use_it(news);
    store.reset();
    return why;
  }

  std::string message;

private:
  std::string use_it(news_log& news) {
    auto opened = jetstream_journal::open(settings); // makes the streams
    if (!opened)
      return "open: " + opened.error().message;
    opened->reset();
    settings.batches_per_topic_max = 9'000 - settings.batches_per_topic_max % 7;
    opened = jetstream_journal::open(settings); // adapts that of the log
    if (!opened)
      return "adapt: " + opened.error().message;
    store = std::move(*opened);
    store->follow("a.b", news.follower());
    const auto found = wait().open("a.b", keep_all());
    if (!found)
      return "open topic: " + found.error().message;
    const auto said = wait().append("a.b", {"1", "2"});
    if (!said)
      return "append: " + said.error().message;
    for (const auto size : {1'500'000u, 1'600'000u}) {
      const auto image =
          wait().save("a.b", {said->offsets[0], std::string(size, 'x')});
      if (!image)
        return "save: " + image.error().message;
    }
    if (const auto why = append_elsewhere(); !why.empty())
      return why;
    const auto behind = wait().append("a.b", {"4"});
    if (!behind)
      return "append: " + behind.error().message;
    if (store->counts().gaps > 0)
      return "follow: no live message came";
    const auto page = wait().read("a.b", {0, UINT64_MAX, 9, 9'000});
    return page ? "" : "read: " + page.error().message;
  }

  std::string append_elsewhere() {
    auto other = jetstream_journal::open(settings);
    if (!other)
      return "open elsewhere: " + other.error().message;
    waiting_journal at{**other};
    if (const auto found = at.open("a.b", keep_all()); !found)
      return "open topic elsewhere: " + found.error().message;
    const auto said = at.append("a.b", {"3"});
    return said ? "" : "append elsewhere: " + said.error().message;
  }

  std::string config_;
};

} // namespace

TEST_F(jetstream_login, the_least_permissions_are_enough) {
  start_server(publishes(), subscribes());
  EXPECT_EQ(use(), "");
  stream_watch watch{"nats://node:secret@" + server.url().substr(7)};
  const auto purged = eventually<bool>([&]() -> result<bool> {
    if (watch.messages("image-test") == 5)
      return true;
    return refuse(errc::not_available, "parts of both images");
  });
  EXPECT_TRUE(purged) << "parts of the first are left";
}

TEST_F(jetstream_login, none_of_the_permissions_is_spare) {
  settings.deadline = milliseconds{1500};
  settings.try_deadline = milliseconds{300};
  const auto spares = [&](list from, std::size_t left_out) {
    from.erase(from.begin() + static_cast<std::ptrdiff_t>(left_out));
    return from;
  };
  // What only a stream of an older form or image parts need: other tests.
  const list rare{
      "$JS.API.STREAM.UPDATE.image-test", "$JS.API.STREAM.PURGE.image-test"};
  const auto all = publishes();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::find(rare.begin(), rare.end(), all[i]) != rare.end())
      continue;
    SCOPED_TRACE(all[i]);
    server.kill();
    server.forget();
    start_server(spares(all, i), subscribes());
    EXPECT_NE(use(), "");
  }
  for (std::size_t i = 0; i < subscribes().size(); ++i) {
    SCOPED_TRACE(subscribes()[i]);
    server.kill();
    server.forget();
    start_server(all, spares(subscribes(), i));
    EXPECT_NE(use(), "");
  }
}

TEST_F(jetstream_login, inboxes_can_have_another_prefix) {
  settings.inbox_prefix = "inbox.journal";
  start_server(publishes(), {"live.test.*", "inbox.journal.>"});
  EXPECT_EQ(use(), "");
}

TEST_F(jetstream_login, a_login_that_is_refused_is_no_server_that_is_absent) {
  start_server(publishes(), subscribes());
  settings.login.password = "wrong";
  EXPECT_EQ(refusal(), errc::unauthorized);
  settings.login = {};
  EXPECT_EQ(refusal(), errc::unauthorized);
}

TEST_F(jetstream_login, a_login_that_is_refused_later_ends_what_is_followed) {
  start_server(publishes(), subscribes());
  std::promise<void> closed;
  settings.on_closed = [&closed] { closed.set_value(); };
  auto opened = jetstream_journal::open(settings);
  ASSERT_TRUE(opened) << opened.error().message;
  news_log news;
  store = std::move(*opened);
  store->follow("room", news.follower());
  head("room");
  start_with("accounts { nodes { jetstream = enabled, users = [ { user = node, "
             "password = other } ] } }\n");
  EXPECT_TRUE(news.reach_end());
  EXPECT_EQ(
      closed.get_future().wait_for(std::chrono::seconds{20}),
      std::future_status::ready);
  EXPECT_FALSE(wait().append("room", {"x"}));
  store.reset();
}

TEST_F(jetstream_login, a_credentials_file_is_enough) {
  const std::string files = JETSTREAM_CREDENTIALS;
  server.more = {"-c", files + "/server.conf"};
  server.start();
  settings.login = {};
  EXPECT_EQ(refusal(), errc::unauthorized);
  settings.login.credentials_file = files + "/node.creds";
  EXPECT_EQ(use(), "");
}

TEST_F(jetstream_login, wrong_settings_are_told_apart) {
  start_server(publishes(), subscribes());
  auto good = settings;
  settings.login.credentials_file = "/nowhere";
  EXPECT_EQ(refusal(), errc::bad_request);
  settings = good;
  settings.tls.ca_file = "/nowhere";
  EXPECT_EQ(refusal(), errc::bad_request);
  settings = good;
  settings.name = "a.b";
  EXPECT_EQ(refusal(), errc::bad_request);
  settings = good;
  settings.servers.clear();
  EXPECT_EQ(refusal(), errc::bad_request);
}

TEST_F(jetstream_login, says_that_jetstream_is_not_enabled) {
  start_with(
      "accounts { nodes { users = [ { user = node, password = secret } ] }, "
      "others { jetstream = enabled } }\n");
  EXPECT_EQ(refusal(), errc::bad_request);
  const std::string why =
      "JetStream is not enabled on this server of NATS, or for the account";
  EXPECT_EQ(message, why);
  settings.login = {};
  server.kill();
  server.more.clear();
  server.jetstream = false;
  server.start();
  EXPECT_EQ(refusal(), errc::bad_request);
  EXPECT_EQ(message, why);
}

} // namespace rookery
