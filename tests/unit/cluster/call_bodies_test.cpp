#include "cluster/membership/call_bodies.hpp"

#include <gtest/gtest.h>

#include <random>

namespace rookery {

namespace {

using namespace std::chrono_literals;

const std::string any_bytes{"\x00{\"a\":\xff}", 9};

} // namespace

TEST(call_bodies, carry_a_message_untouched) {
  const direct_call sent{
      "ann", "bob\xc3\xa9", 1500ms, {encoding::msgpack, any_bytes}};
  const auto came = decode_direct_call(encode(sent));
  ASSERT_TRUE(came);
  EXPECT_EQ(came->from, sent.from);
  EXPECT_EQ(came->to, sent.to);
  EXPECT_EQ(came->within, sent.within);
  EXPECT_EQ(came->data, sent.data);
  EXPECT_EQ(decode_reached(encode_reached(~0ull)), ~0ull);
}

TEST(call_bodies, carry_a_request_and_its_answer) {
  const api_question asked{"POST", "/disconnect", any_bytes, 3s};
  const auto question = decode_api_question(encode(asked));
  ASSERT_TRUE(question);
  EXPECT_EQ(question->method, asked.method);
  EXPECT_EQ(question->target, asked.target);
  EXPECT_EQ(question->body, asked.body);
  EXPECT_EQ(question->within, asked.within);
  const auto said = decode_api_said(encode({404, "application/json", "{}"}));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->status, 404u);
  EXPECT_EQ(said->content_type, "application/json");
  EXPECT_EQ(said->body, "{}");
}

TEST(call_bodies, refuse_what_is_damaged) {
  const auto direct = encode(direct_call{"a", "b", 1s, {}});
  const auto question = encode(api_question{"GET", "/nodes", "", 1s});
  const auto said = encode(api_said{200, "t", ""});
  for (std::size_t size = 0; size < direct.size(); ++size)
    EXPECT_FALSE(decode_direct_call(direct.substr(0, size)));
  for (std::size_t size = 0; size < question.size(); ++size)
    EXPECT_FALSE(decode_api_question(question.substr(0, size)));
  for (std::size_t size = 0; size < said.size(); ++size)
    EXPECT_FALSE(decode_api_said(said.substr(0, size)));
  EXPECT_FALSE(decode_reached(direct));
  EXPECT_FALSE(decode_api_said(encode(api_said{7, "t", ""})));
  EXPECT_FALSE(decode_direct_call(question));
}

TEST(call_bodies, take_any_bytes) {
  std::mt19937 random{5};
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (auto& c : bytes)
      c = static_cast<char>(random());
    static_cast<void>(decode_direct_call(bytes));
    static_cast<void>(decode_reached(bytes));
    static_cast<void>(decode_api_question(bytes));
    static_cast<void>(decode_api_said(bytes));
  }
}

} // namespace rookery
