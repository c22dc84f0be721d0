#include "net/stream.hpp"
#include "net/tls/context.hpp"
#include "tests/unit/net/tls_peer.hpp"

#include <gmock/gmock.h>

#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace rookery {

namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct tls_test : ::testing::Test {
  tls_test() {
    const auto made = make_certificate(folder, "one");
    settings.certificate = made.certificate;
    settings.key = made.key;
  }
  std::shared_ptr<tls_context> load() { return *tls_context::load(settings); }
  void replace_files(const std::string& common_name) {
    const auto made = make_certificate(folder, common_name);
    std::filesystem::rename(made.certificate, settings.certificate);
    std::filesystem::rename(made.key, settings.key);
  }
  /// The name that a new handshake shows.
  static std::string shown_by(const tls_context& context) {
    tls_stream server{context};
    tls_peer client;
    EXPECT_TRUE(client.speak_with(server));
    return client.server_name();
  }

  temporary_folder folder;
  tls_config settings;
};

TEST_F(tls_test, new_handshakes_get_what_was_reloaded_and_old_ones_go_on) {
  const auto context = load();
  tls_stream begun{*context}, before{*context};
  tls_peer slow, old;
  ASSERT_TRUE(old.speak_with(before));
  replace_files("two");
  EXPECT_EQ(shown_by(*context), "one"); // not read yet
  ASSERT_TRUE(context->reload());
  EXPECT_EQ(shown_by(*context), "two");
  ASSERT_TRUE(slow.speak_with(begun));
  EXPECT_EQ(slow.server_name(), "one");
  old.say("still there");
  ASSERT_TRUE(old.speak_with(before));
  EXPECT_EQ(old.server_heard(), "still there");
}

TEST_F(tls_test, a_reload_that_fails_changes_nothing_and_names_the_file) {
  const auto context = load();
  const auto broken = [&](const std::string& file) {
    const auto whole = folder.file("whole");
    std::filesystem::rename(file, whole);
    folder.write(std::filesystem::path{file}.filename().string(), "broken");
    const auto reloaded = context->reload();
    std::filesystem::rename(whole, file);
    return reloaded ? "" : reloaded.error().message;
  };
  EXPECT_THAT(
      broken(settings.certificate),
      StartsWith(settings.certificate + ": certificate not usable: no start"));
  EXPECT_THAT(broken(settings.key), StartsWith(settings.key + ": key not"));
  EXPECT_EQ(shown_by(*context), "one");
}

TEST_F(tls_test, a_key_of_another_certificate_is_refused) {
  settings.key = make_certificate(folder, "other").key;
  const auto loaded = tls_context::load(settings);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("key values mismatch"));
}

TEST_F(tls_test, a_key_with_a_passphrase_is_refused_and_nobody_is_asked) {
  folder.write(
      "locked.key",
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
      "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
      "-----END EC PRIVATE KEY-----\n");
  settings.key = folder.file("locked.key");
  const auto loaded = tls_context::load(settings);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("bad password read"));
}

TEST_F(tls_test, handshakes_may_go_on_while_it_reloads) {
  const auto context = load();
  std::thread reloads{[&] {
    for (int i = 0; i < 20; ++i)
      EXPECT_TRUE(context->reload());
  }};
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(shown_by(*context), "one");
  reloads.join();
}

TEST_F(tls_test, http_1_1_is_chosen_or_the_client_is_told_that_it_cannot_be) {
  const auto context = load();
  const auto speak = [&](const std::string& protocols) {
    tls_stream server{*context};
    tls_peer client{protocols};
    return client.speak_with(server);
  };
  EXPECT_TRUE(speak(""));
  EXPECT_TRUE(speak("\x08http/1.1"));
  EXPECT_TRUE(speak("\x02h2\x08http/1.1"));
  EXPECT_FALSE(speak("\x02h2"));
  EXPECT_THAT(tls_stream::failure(), HasSubstr("no application protocol"));
}

TEST_F(tls_test, close_notify_behind_data_loses_neither) {
  const auto context = load();
  tls_stream server{*context};
  tls_peer client;
  ASSERT_TRUE(client.speak_with(server));
  client.say("last words");
  SSL_shutdown(client.native());
  client.speak_with(server);
  EXPECT_EQ(client.server_heard(), "last words");
  EXPECT_EQ(client.server_status(), tls_stream::status::closed);
  // The other direction is still open (RFC 8446, section 6.1).
  std::string records;
  EXPECT_TRUE(server.send("answer", records));
  server.end(records);
  const auto size = records.size();
  server.end(records);
  EXPECT_EQ(records.size(), size) << "close_notify is said once";
  client.take(records);
  EXPECT_EQ(client.heard(), "answer");
  EXPECT_TRUE(SSL_get_shutdown(client.native()) & SSL_RECEIVED_SHUTDOWN);
}

struct encrypted_socket : tls_test {
  encrypted_socket() {
    ::socketpair(
        AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data());
  }
  ~encrypted_socket() override { ::close(ends[1]); }

  void say(std::string_view bytes) const {
    ASSERT_EQ(
        ::send(ends[1], bytes.data(), bytes.size(), 0),
        static_cast<ssize_t>(bytes.size()));
  }
  std::string received() const {
    std::string all(65536, '\0');
    const auto got = ::recv(ends[1], all.data(), all.size(), 0);
    all.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return all;
  }

  std::array<int, 2> ends{};
  std::array<char, 65536> buffer{};
};

TEST_F(encrypted_socket, tells_plain_http_from_tls_by_its_first_byte) {
  const auto context = load();
  stream socket{ends[0], *context};
  say("GET / HTTP/1.1\r\n\r\n");
  const auto got = socket.read(buffer);
  EXPECT_EQ(got.status, read_status::not_tls);
  EXPECT_FALSE(got.bytes.empty());
  socket.give_up_tls();
  EXPECT_FALSE(socket.encrypted());
  EXPECT_EQ(socket.write("sorry"), 5);
  EXPECT_EQ(received(), "sorry");
}

TEST_F(encrypted_socket, tells_the_peer_why_and_is_broken_by_garbage) {
  const auto context = load();
  stream socket{ends[0], *context};
  say(std::string_view{"\x16\x03\x01\x00\x04nope", 9});
  EXPECT_EQ(socket.read(buffer).status, read_status::broken);
  EXPECT_EQ(received().substr(0, 1), "\x15"); // an alert
}

TEST_F(encrypted_socket, holds_nothing_when_all_is_sent) {
  const auto context = load();
  stream socket{ends[0], *context};
  tls_peer client;
  client.take({});
  say(client.records());
  EXPECT_EQ(socket.read(buffer).status, read_status::again);
  client.take(received());
  client.say("request");
  say(client.records()); // behind the end of its handshake
  const auto got = socket.read(buffer);
  EXPECT_EQ(got.status, read_status::data);
  EXPECT_GT(socket.unsent_bytes(), 0u) << "the ticket waits for the answer";
  EXPECT_FALSE(socket.blocked());
  EXPECT_EQ(socket.write("answer"), 6);
  EXPECT_EQ(socket.unsent_bytes(), 0u);
  client.take(received());
  EXPECT_EQ(client.heard(), "answer");
}

} // namespace

} // namespace rookery
