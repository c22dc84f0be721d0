#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

// Stands in for libFuzzer where the compiler has none: plays every file of the
// corpus folder, then mutations of them from a fixed seed, as many as the
// second argument says.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using input = std::vector<uint8_t>;

constexpr int mutations_usual = 20'000;
constexpr std::size_t input_bytes_max = 4096;

std::vector<input> read_corpus(const std::filesystem::path& folder) {
  std::vector<input> all{{}};
  if (!std::filesystem::is_directory(folder))
    return all;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    std::ifstream file{entry.path(), std::ios::binary};
    all.emplace_back(
        std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
  }
  return all;
}

void mutate(input& bytes, const input& other, std::mt19937& random) {
  const auto at = [&](std::size_t size) { return random() % size; };
  switch (random() % 5) {
  case 0: // change a byte
    if (!bytes.empty())
      bytes[at(bytes.size())] = static_cast<uint8_t>(random());
    break;
  case 1: // add a byte
    if (bytes.size() < input_bytes_max)
      bytes.insert(
          bytes.begin() + static_cast<long>(at(bytes.size() + 1)),
          static_cast<uint8_t>(random()));
    break;
  case 2: // cut the end
    if (!bytes.empty())
      bytes.resize(at(bytes.size()));
    break;
  case 3: // flip a bit
    if (!bytes.empty())
      bytes[at(bytes.size())] ^= static_cast<uint8_t>(1u << (random() % 8));
    break;
  default: // put another input behind
    if (bytes.size() + other.size() <= input_bytes_max)
      bytes.insert(bytes.end(), other.begin(), other.end());
  }
}

} // namespace

int main(int argc, char** argv) {
  const auto corpus = read_corpus(argc > 1 ? argv[1] : "");
  for (const auto& one : corpus)
    LLVMFuzzerTestOneInput(one.data(), one.size());
  const int mutations = argc > 2 ? std::atoi(argv[2]) : mutations_usual;
  std::mt19937 random{20240229};
  for (int i = 0; i < mutations; ++i) {
    auto bytes = corpus[random() % corpus.size()];
    for (auto rounds = 1 + random() % 8; rounds > 0; --rounds)
      mutate(bytes, corpus[random() % corpus.size()], random);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%zu inputs, %d mutations\n", corpus.size(), mutations);
}
