#include "net/http/client.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

TEST(http_url, names_a_host_and_a_port) {
  const auto read = [](const std::string& url) {
    const auto server = parse_http_url(url);
    return server ? server->host + ' ' + std::to_string(server->port) : "";
  };
  EXPECT_EQ(read("http://127.0.0.1:9000"), "127.0.0.1 9000");
  EXPECT_EQ(read("http://node-1.example:80/"), "node-1.example 80");
  EXPECT_EQ(read("http://[::1]:9000"), "::1 9000");
  for (const auto* wrong :
       {"", "127.0.0.1:9000", "https://a:1", "http://a", "http://:9000",
        "http://a:0", "http://a:65536", "http://a:x", "http://a:1/b",
        "http://a/b:1", "http://a@b:1", "http://[]:1"})
    EXPECT_EQ(read(wrong), "") << wrong;
}

TEST(http_get, says_whom_it_did_not_reach) {
  // Nobody listens on port 1 here.
  const auto got =
      http_get({"127.0.0.1", 1}, "/slowest", std::chrono::milliseconds{1000});
  ASSERT_FALSE(got);
  EXPECT_NE(
      got.error().message.find("127.0.0.1:1/slowest: "), std::string::npos);
}

} // namespace
} // namespace rookery
