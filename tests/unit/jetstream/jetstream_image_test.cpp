#include "cluster/jetstream/stream_message.hpp"
#include "tests/unit/jetstream/jetstream_fixture.hpp"
#include "tests/unit/jetstream/stream_watch.hpp"

namespace rookery {

namespace {

class jetstream_image : public jetstream_place {
protected:
  static std::string large(std::size_t length, char seed) {
    std::string made(length, seed);
    for (std::size_t i = 0; i < length; i += 97)
      made[i] = static_cast<char>('a' + i % 23);
    return made;
  }
  bool settles_at(uint64_t messages) {
    stream_watch watch{server.url()};
    return eventually<bool>([&]() -> result<bool> {
             if (watch.messages("image-test") == messages)
               return true;
             return refuse(errc::not_available, "not yet");
           })
        .has_value();
  }
};

} // namespace

TEST_F(jetstream_image, is_kept_in_parts_if_it_is_long) {
  start();
  head("a.b");
  const auto offsets = append("a.b", {"1", "2", "3"});
  const auto first = large(3'000'000, 'x');
  ASSERT_EQ(wait().save("a.b", {offsets[0], first}).value_or(0), offsets[0]);
  EXPECT_EQ(head("a.b").image->body, first);
  EXPECT_TRUE(settles_at(7)) << "six parts and what names them";
  const auto second = large(5'000'000, 'y');
  ASSERT_EQ(wait().save("a.b", {offsets[1], second}).value_or(0), offsets[1]);
  EXPECT_TRUE(settles_at(11)) << "the old parts have gone";
  EXPECT_EQ(wait().save("a.b", {offsets[0], first}).value_or(0), offsets[1]);
  start();
  const auto found = head("a.b");
  ASSERT_TRUE(found.image);
  EXPECT_EQ(found.image->offset, offsets[1]);
  EXPECT_TRUE(found.image->body == second);
  ASSERT_TRUE(wait().save("a.b", {offsets[2], "short"}));
  EXPECT_TRUE(settles_at(1));
  EXPECT_EQ(head("a.b").image->body, "short");
}

TEST_F(jetstream_image, whose_parts_are_missing_is_none) {
  start();
  head("room");
  const auto offsets = append("room", {"1"});
  ASSERT_TRUE(wait().save("room", {offsets[0], large(2'000'000, 'x')}));
  stream_watch{server.url()}.purge("image-test", "image.test.room.*.2");
  EXPECT_FALSE(head("room").image);
  ASSERT_TRUE(wait().save("room", {offsets[0], large(2'000'000, 'y')}));
  EXPECT_TRUE(head("room").image);
  EXPECT_TRUE(settles_at(5));
}

TEST_F(jetstream_image, of_two_savers_the_newest_stays) {
  start();
  auto opened = jetstream_journal::open(settings);
  ASSERT_TRUE(opened);
  const auto other = std::move(*opened);
  head("room");
  std::vector<uint64_t> offsets;
  for (int i = 0; i < 24; ++i)
    offsets.push_back(append("room", {"x"}).at(0));
  ASSERT_TRUE(waiting_journal{*other}.open("room", keep_all()));
  std::vector<pending<uint64_t>> said(offsets.size());
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const auto length = i % 3 == 0 ? 1'000u : 1'200'000u;
    auto& to = i % 2 == 0 ? *store : *other;
    to.save(
        "room", {offsets[i], large(length, static_cast<char>('a' + i))},
        said[i].answer());
  }
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const auto stands = said[i].wait();
    ASSERT_TRUE(stands) << stands.error().message;
    EXPECT_GE(*stands, offsets[i]);
  }
  const auto found = head("room");
  ASSERT_TRUE(found.image);
  EXPECT_EQ(found.image->offset, offsets.back());
  EXPECT_TRUE(
      found.image->body
      == large(1'200'000, static_cast<char>('a' + offsets.size() - 1)));
  EXPECT_TRUE(settles_at(4)) << "no parts are left of others";
}

TEST_F(jetstream_image, longer_than_the_bound_is_refused) {
  settings.image_bytes_max = 2'000'000;
  start();
  head("room");
  const auto offset = append("room", {"1"}).at(0);
  const auto said = wait().save("room", {offset, large(2'000'001, 'x')});
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, errc::limit_exceeded);
}

TEST_F(jetstream_image, streams_of_images_in_one_piece_are_adapted) {
  stream_watch watch{server.url()};
  watch.make("image-test", "image.test.*");
  start();
  EXPECT_EQ(watch.subject_of("image-test"), "image.test.>");
  watch.remove("image-test");
  watch.make("image-test", "pictures.*");
  const auto opened = jetstream_journal::open(settings);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::conflict);
  EXPECT_EQ(
      opened.error().message,
      "stream image-test: subject is 'pictures.*', not 'image.test.>'");
}

} // namespace rookery
