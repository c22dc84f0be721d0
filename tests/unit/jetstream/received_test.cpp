#include "cluster/jetstream/received.hpp"

#include <gtest/gtest.h>

namespace rookery {

namespace {

using kind = jetstream_reply::kind;

std::string told(const std::string& message) {
  return R"({"type":"io.nats.jetstream.api.v1.stream_msg_get_response",)"
         R"("message":)"
         + message + "}";
}

} // namespace

TEST(read_told, takes_a_message_apart) {
  // "NATS/1.0\r\nNats-Msg-Id: forged\r\nNats-Msg-Id: n.1\r\n\r\n" and "a\0b".
  const auto found = read_told(told(
      R"({"subject":"log.test.a","seq":18446744073709551615,"hdrs":)"
      R"("TkFUUy8xLjANCk5hdHMtTXNnLUlkOiBmb3JnZWQNCk5hdHMtTXNnLUlkOiBuLjENCg0K")"
      R"(,"data":"YQBi","time":"2022-10-01T00:00:00Z"})"));
  ASSERT_EQ(found.what, kind::message);
  EXPECT_EQ(found.sequence, UINT64_MAX);
  EXPECT_EQ(found.subject, "log.test.a");
  EXPECT_EQ(found.message_id, "n.1");
  EXPECT_EQ(found.data, (std::string{"a\0b", 3}));
}

TEST(read_told, data_has_each_length) {
  const auto data = [](const std::string& base64) {
    return read_told(
               told(R"({"seq":1,"subject":"s","data":")" + base64 + "\"}"))
        .data;
  };
  EXPECT_EQ(read_told(told(R"({"seq":1,"subject":"s"})")).what, kind::message);
  EXPECT_EQ(data(""), "");
  EXPECT_EQ(data("YQ=="), "a");
  EXPECT_EQ(data("YWI="), "ab");
  EXPECT_EQ(data("YWJj"), "abc");
}

TEST(read_told, there_is_none) {
  EXPECT_EQ(
      read_told(R"({"error":{"code":404,"err_code":10037}})").what,
      kind::not_found);
}

TEST(read_told, all_else_is_refused) {
  for (const auto& text :
       {std::string{}, std::string{"[]"}, std::string{"{"}, std::string{"{}"},
        std::string{R"({"error":{"code":503,"err_code":10008}})"},
        std::string{R"({"error":"no"})"}, told("1"), told("{}"),
        told(R"({"seq":1})"), told(R"({"seq":-1,"subject":"s"})"),
        told(R"({"seq":1,"subject":"s","data":"YQ="})"),
        told(R"({"seq":1,"subject":"s","hdrs":"?Q=="})"),
        std::string(100'000, '[')})
    EXPECT_EQ(read_told(text).what, kind::refused) << text.substr(0, 80);
}

} // namespace rookery
