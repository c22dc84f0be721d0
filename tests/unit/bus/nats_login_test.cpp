#include "cluster/bus/nats_options.hpp"
#include "tests/unit/bus/bus_fixture.hpp"
#include "tests/unit/bus/nats_server.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace rookery {

namespace {

/// Ways to prove who one is that need files.
class nats_login_test : public ::testing::Test {
protected:
  void SetUp() override {
    if (!nats_server::installed())
      GTEST_SKIP() << "nats-server is not installed";
    auto name = (std::filesystem::temp_directory_path() / "busXXXXXX").string();
    ASSERT_TRUE(::mkdtemp(name.data()));
    folder_ = name;
  }
  void TearDown() override {
    if (!folder_.empty())
      std::filesystem::remove_all(folder_);
  }
  std::string file(const std::string& name) const {
    return (folder_ / name).string();
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream{file(name)} << text;
    return file(name);
  }
  /// name.pem and name.key, signed by itself, for 127.0.0.1.
  bool make_certificate(const std::string& name) const {
    const auto line =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        " -days 1 -subj /CN=127.0.0.1 -addext"
        " subjectAltName=IP:127.0.0.1,DNS:127.0.0.1 -keyout "
        + file(name + ".key") + " -out " + file(name + ".pem") + " 2>/dev/null";
    return std::system(line.c_str()) == 0;
  }
  static nats_bus_settings settings(const nats_server& at) {
    nats_bus_settings made;
    made.servers = {at.url()};
    return made;
  }
  static bool connects(const nats_bus_settings& with) {
    const auto opened = open_nats_bus(with);
    return opened && (*opened)->counts().state == bus_state::connected;
  }

private:
  std::filesystem::path folder_;
};

} // namespace

TEST_F(nats_login_test, shows_a_certificate_and_checks_that_of_the_server) {
  ASSERT_TRUE(make_certificate("server"));
  ASSERT_TRUE(make_certificate("node"));
  nats_server server{
      {"--tls", "--tlsverify", "--tlscert", file("server.pem"), "--tlskey",
       file("server.key"), "--tlscacert", file("node.pem")}};
  ASSERT_TRUE(server.start());
  auto with = settings(server);
  with.tls = {true, file("server.pem"), file("node.pem"), file("node.key")};
  EXPECT_TRUE(connects(with));
  with.tls.ca_file = file("node.pem"); // did not sign the server's
  const auto refused = open_nats_bus(with);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::bad_request);
  with.tls = {};
  EXPECT_FALSE(connects(with));
}

TEST_F(nats_login_test, signs_with_an_nkey) {
  // The key of the seed 00 01 02 .. 1f.
  const std::string key =
      "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK";
  const std::string seed =
      "SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776Y";
  const auto config = write(
      "server.conf", "authorization { users = [ { nkey: " + key + " } ] }\n");
  nats_server server{{"-c", config}};
  ASSERT_TRUE(server.start());
  auto with = settings(server);
  const auto refused = open_nats_bus(with);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::unauthorized);
  with.login.nkey = key;
  with.login.nkey_seed_file = write("seed", seed + "\n");
  EXPECT_TRUE(connects(with));
  // One of 256 signatures begins with a zero byte.
  const auto options = nats_options(with);
  ASSERT_TRUE(options);
  for (int i = 0; i < 500; ++i) {
    natsConnection* made = nullptr;
    ASSERT_EQ(nats_connect(&made, options->get(), with.login), NATS_OK);
    natsConnection_Destroy(made);
  }
}

TEST_F(nats_login_test, shows_a_credentials_file) {
  const std::string files = CREDENTIALS;
  nats_server server{{"-c", files + "/server.conf"}};
  ASSERT_TRUE(server.start());
  auto with = settings(server);
  const auto refused = open_nats_bus(with);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::unauthorized);
  with.login.credentials_file = files + "/node.creds";
  EXPECT_TRUE(connects(with));
}

} // namespace rookery
