#include "cluster/bus/memory_bus.hpp"
#include "cluster/bus/nats_bus.hpp"
#include "tests/unit/bus/bus_fixture.hpp"
#include "tests/unit/bus/nats_server.hpp"

namespace rookery {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A network and what makes things happen in it.
class network {
public:
  virtual ~network() = default;
  virtual std::unique_ptr<bus>
  attach(const std::string& node, std::size_t messages_max = 1'000) = 0;
  /// What was called has its effect when `seen` waits well.
  virtual void settle() = 0;
};

class memory_network : public network {
public:
  std::unique_ptr<bus>
  attach(const std::string& node, std::size_t messages_max) override {
    memory_bus_bounds most;
    most.messages_max = messages_max;
    return hub_.attach(node, {}, most);
  }
  void settle() override { hub_.run(); }

private:
  memory_hub hub_;
};

class nats_network : public network {
public:
  bool start() { return server_.start(); }
  std::unique_ptr<bus>
  attach(const std::string& node, std::size_t messages_max) override {
    nats_bus_settings settings;
    settings.servers = {server_.url()};
    settings.name = node;
    settings.messages_max = messages_max;
    auto opened = open_nats_bus(std::move(settings));
    return opened ? std::move(*opened) : nullptr;
  }
  void settle() override {}

private:
  nats_server server_;
};

class bus_contract : public ::testing::TestWithParam<const char*> {
protected:
  void SetUp() override {
    if (GetParam() == std::string{"memory"}) {
      net = std::make_unique<memory_network>();
    } else {
      if (!nats_server::installed())
        GTEST_SKIP() << "nats-server is not installed";
      auto made = std::make_unique<nats_network>();
      ASSERT_TRUE(made->start());
      net = std::move(made);
    }
    a = net->attach("a");
    b = net->attach("b");
    ASSERT_TRUE(a && b);
  }
  void TearDown() override {
    a.reset();
    b.reset();
  }
  /// The subscriptions that `of` has made are in place, wherever.
  void ready(bus& of, bus& for_whom) {
    heard probe;
    inbox<bool> answers;
    auto echo = of.subscribe(
        "ready.probe",
        {[&](const bus_message& m) { (void)of.answer(m, "yes"); }, {}});
    ASSERT_TRUE(echo);
    for (bool there = false; !there;) {
      inbox<bool> said;
      for_whom.request(
          post("ready.probe", ""), patience,
          [&](const auto& answer) { said.add(answer.has_value()); });
      net->settle();
      ASSERT_TRUE(said.wait_for(1));
      there = said.all().front(); // else nobody was there yet
    }
  }

  std::unique_ptr<network> net;
  std::unique_ptr<bus> a, b;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(
    on, bus_contract, ::testing::Values("memory", "nats"),
    [](const auto& name) { return name.param; });

TEST_P(bus_contract, carries_messages_in_order) {
  heard at;
  at.listen(*b, "live.chat.*");
  ready(*b, *a);
  std::vector<std::string> sent;
  for (int i = 0; i < 500; ++i) {
    sent.push_back(std::to_string(i) + std::string{"\0\r\n", 3});
    ASSERT_TRUE(a->publish(post("live.chat.1", sent.back())));
  }
  net->settle();
  ASSERT_TRUE(at.payloads.wait_for(sent.size()));
  EXPECT_EQ(at.payloads.all(), sent);
  EXPECT_THAT(at.losses.all(), IsEmpty());
  EXPECT_GE(a->counts().out, sent.size());
  EXPECT_GE(b->counts().in, sent.size());
  EXPECT_GE(a->counts().out_bytes, b->counts().in_bytes);
  EXPECT_EQ(b->counts().subscriptions, 1u);
  EXPECT_EQ(b->counts().state, bus_state::connected);
}

TEST_P(bus_contract, knows_which_subjects_are_wanted) {
  heard one, rest;
  one.listen(*b, "x.*.z");
  rest.listen(*b, "x.>");
  ready(*b, *a);
  for (const auto* subject : {"x.y.z", "x.y", "x", "x.y.z.w", "y.x.z"})
    ASSERT_TRUE(a->publish(post(subject, subject)));
  ASSERT_TRUE(a->publish(post("x.end.z", "end")));
  net->settle();
  const auto ended = [](const auto& all) {
    return !all.empty() && all.back() == "end";
  };
  ASSERT_TRUE(one.payloads.wait(ended));
  ASSERT_TRUE(rest.payloads.wait(ended));
  EXPECT_THAT(one.payloads.all(), ElementsAre("x.y.z", "end"));
  EXPECT_THAT(
      rest.payloads.all(), ElementsAre("x.y.z", "x.y", "x.y.z.w", "end"));
}

TEST_P(bus_contract, gives_its_own_messages_to_who_published_them) {
  heard at;
  at.listen(*a, "own");
  ASSERT_TRUE(a->publish(post("own", "mine")));
  net->settle();
  ASSERT_TRUE(at.payloads.wait_for(1));
}

TEST_P(bus_contract, carries_headers_and_tells_the_last_of_a_name) {
  inbox<std::vector<bus_header>> headers;
  inbox<std::string> last;
  auto handle = b->subscribe(
      "h", {[&](const bus_message& m) {
              last.add(
                  std::string{m.header("Nats-Sequence")} + "|"
                  + std::string{m.header("None")});
              headers.add({m.headers.begin(), m.headers.end()});
            },
            {}});
  ready(*b, *a);
  auto sent = post("h", "body");
  sent.headers = {{"Nats-Sequence", "1"}, {"Nats-Sequence", "2"}};
  ASSERT_TRUE(a->publish(sent));
  net->settle();
  ASSERT_TRUE(headers.wait_for(1));
  EXPECT_EQ(headers.all().front(), sent.headers);
  EXPECT_THAT(last.all(), ElementsAre("2|"));
}

TEST_P(bus_contract, answers_a_request_once) {
  auto handle = b->subscribe(
      "ask", {[&](const bus_message& m) {
                (void)b->answer(m, "to " + std::string{m.payload});
                (void)b->answer(m, "again");
              },
              {}});
  ready(*b, *a);
  inbox<result<bus_answer>> answers;
  for (const auto* text : {"one", "two"}) {
    a->request(post("ask", text), patience, [&](auto said) {
      answers.add(std::move(said));
    });
  }
  net->settle();
  ASSERT_TRUE(answers.wait_for(2));
  ready(*b, *a); // the second answers have come, too
  ASSERT_EQ(answers.size(), 2u);
  ASSERT_TRUE(answers.all()[0] && answers.all()[1]);
  EXPECT_EQ(answers.all()[0]->payload, "to one");
  EXPECT_EQ(answers.all()[1]->payload, "to two");
  EXPECT_EQ(a->counts().requests, 0u);
}

TEST_P(bus_contract, says_when_nobody_is_there_to_answer) {
  inbox<result<bus_answer>> answers;
  a->request(post("nobody", ""), patience, [&](auto said) {
    answers.add(std::move(said));
  });
  net->settle();
  ASSERT_TRUE(answers.wait_for(1));
  ASSERT_FALSE(answers.all()[0]);
  EXPECT_EQ(answers.all()[0].error().code, errc::not_available);
  EXPECT_EQ(answers.all()[0].error().message, "nobody answers on nobody");
}

TEST_P(bus_contract, a_probe_comes_back_where_nobody_has_subscribed) {
  heard silent;
  silent.listen(*b, "mute");
  ready(*b, *a);
  inbox<std::string> reached;
  for (const std::string subject : {"mute", "nobody"})
    a->probe(subject, patience, [&reached, subject] { reached.add(subject); });
  net->settle();
  ASSERT_TRUE(reached.wait_for(1));
  EXPECT_EQ(reached.all(), std::vector<std::string>{"nobody"});
}

TEST_P(bus_contract, gives_up_a_request_at_its_deadline) {
  heard silent;
  silent.listen(*b, "mute");
  ready(*b, *a);
  inbox<result<bus_answer>> answers;
  a->request(post("mute", ""), std::chrono::milliseconds{50}, [&](auto said) {
    answers.add(std::move(said));
  });
  net->settle();
  ASSERT_TRUE(answers.wait_for(1));
  ASSERT_FALSE(answers.all()[0]);
  EXPECT_EQ(answers.all()[0].error().message, "no answer in time on mute");
}

TEST_P(bus_contract, answers_what_is_open_when_it_ends) {
  heard silent;
  silent.listen(*b, "mute");
  ready(*b, *a);
  inbox<result<bus_answer>> answers;
  a->request(post("mute", ""), patience, [&](auto said) {
    answers.add(std::move(said));
  });
  a.reset();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_FALSE(answers.all()[0]);
}

TEST_P(bus_contract, calls_nobody_after_a_handle_has_ended) {
  heard at, other;
  at.listen(*b, "s");
  other.listen(*b, "s");
  ready(*b, *a);
  at.handle.end();
  ASSERT_TRUE(a->publish(post("s", "late")));
  net->settle();
  ASSERT_TRUE(other.payloads.wait_for(1));
  EXPECT_THAT(at.payloads.all(), IsEmpty());
}

TEST_P(bus_contract, lets_a_callback_end_its_own_subscription) {
  inbox<int> calls;
  bus_subscription handle;
  heard other;
  auto made = b->subscribe(
      "s", {[&](const bus_message&) {
              calls.add(1);
              handle.end();
            },
            {}});
  ASSERT_TRUE(made);
  handle = std::move(*made);
  other.listen(*b, "s");
  ready(*b, *a);
  ASSERT_TRUE(a->publish(post("s", "1")));
  ASSERT_TRUE(a->publish(post("s", "2")));
  net->settle();
  ASSERT_TRUE(other.payloads.wait_for(2));
  ASSERT_TRUE(calls.wait_for(1));
  ready(*b, *a);
  EXPECT_EQ(calls.size(), 1u);
}

TEST_P(bus_contract, lets_a_handle_outlive_the_bus) {
  heard at;
  at.listen(*b, "s");
  b.reset();
  at.handle.end();
}

TEST_P(bus_contract, refuses_what_is_no_subject_header_or_length) {
  for (const auto* bad : {"", ".", "a..b", "a.", "a b", "a.*", "a.>", "a\n"}) {
    const auto said = a->publish(post(bad, ""));
    ASSERT_FALSE(said) << bad;
    EXPECT_EQ(said.error().code, errc::bad_request);
  }
  for (const auto* bad : {"", "a..b", "a.>.b", "a*"})
    EXPECT_FALSE(a->subscribe(bad, {})) << bad;
  auto forged = post("a", "");
  forged.headers = {{"A", "b\r\nC: d"}};
  EXPECT_FALSE(a->publish(forged));
  forged.headers = {{"A:", "b"}};
  EXPECT_FALSE(a->publish(forged));
  EXPECT_FALSE(a->publish(post("a", std::string(1024 * 1024 + 1, 'x'))));
}

TEST_P(bus_contract, tells_who_does_not_keep_up) {
  constexpr int burst = 500;
  std::mutex busy;
  inbox<std::string> got;
  inbox<bus_loss> losses;
  auto handle = b->subscribe(
      "s",
      {[&](const bus_message& m) {
         const std::lock_guard wait{busy}; // what a callback must not do
         got.add(std::string{m.payload});
       },
       [&](const bus_loss& loss) { losses.add(loss); }},
      {10, 1024 * 1024});
  ready(*b, *a);
  std::size_t sent = 0;
  const auto all_told = [&](const auto& came) {
    uint64_t lost = 0;
    for (const auto& one : losses.all())
      lost += one.messages;
    return came.size() + lost == sent;
  };
  const auto until = std::chrono::steady_clock::now() + patience;
  while (losses.size() == 0 && std::chrono::steady_clock::now() < until) {
    std::unique_lock hold{busy};
    for (int i = 0; i < burst; ++i, ++sent)
      ASSERT_TRUE(a->publish(post("s", std::to_string(i))));
    hold.unlock();
    net->settle();
    ASSERT_TRUE(got.wait(all_told)); // nothing is missing and not told
  }
  ASSERT_GT(losses.size(), 0u);
  EXPECT_EQ(losses.all().front().why, bus_loss::cause::slow);
  EXPECT_EQ(b->counts().dropped + got.size(), sent);
}

} // namespace rookery
