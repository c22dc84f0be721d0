#include "base/check.hpp"
#include "net/auth/claims.hpp"
#include "net/auth/credentials.hpp"
#include "net/auth/issue.hpp"
#include "net/auth/jwk.hpp"
#include "net/auth/token.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

// Whatever bytes come instead of a token, the claims in it, the fields of an
// upgrade request or a key: a refusal or a result that keeps its promises. The
// first byte of the input says which of them the others are.

namespace {

using namespace rookery;

constexpr std::chrono::system_clock::time_point now{
    std::chrono::seconds{1'800'000'000}};

/// One key of each type. The tokens of the corpus are signed with them.
constexpr std::string_view keys =
    R"({"keys":[
{"kty":"EC","crv":"P-256","kid":"e",
 "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
 "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
{"kty":"RSA","kid":"r","e":"AQAB",
 "n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw)"
    R"(-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r)"
    R"(2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo)"
    R"(7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFv)"
    R"(UK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}]})";

std::unique_ptr<token_verifier> load() {
  auto path =
      (std::filesystem::temp_directory_path() / "rookery-fuzz-XXXXXX").string();
  const auto descriptor = mkstemp(path.data());
  ROOKERY_CHECK(descriptor >= 0, "the folder for temporary files is writable");
  std::ofstream{path} << keys;
  token_config settings;
  settings.hmac_secret = "a secret of thirty-two bytes, ok";
  settings.jwks_file = path;
  auto loaded = token_verifier::load(settings);
  std::filesystem::remove(path);
  ROOKERY_CHECK(loaded && (*loaded)->notes().empty(), "the keys above load");
  return std::move(*loaded);
}

void check(const result<identity>& who) {
  if (!who) {
    ROOKERY_CHECK(
        who.error().code == errc::unauthorized
            || who.error().code == errc::token_expired,
        "refusals of tokens have two codes");
    return;
  }
  ROOKERY_CHECK(
      !who->user.empty() && who->user.size() <= user_bytes_max,
      "a user has 1 to 128 bytes");
  ROOKERY_CHECK(
      !who->grants || who->grants->size() <= grants_max, "grants are bounded");
}

void play_token(std::string_view token) {
  static const auto verifier = load();
  const auto who = verifier->verify(token, now);
  check(who);
  const auto report = describe_token(*verifier, token, now);
  ROOKERY_CHECK(
      report.accepted == who.has_value(),
      "the report says what the node would do");
}

void play_claims(std::string_view payload) {
  token_config settings;
  check(read_claims(payload, settings, now));
  settings.audience = "a";
  settings.issuer = "a";
  check(read_claims(payload, settings, now));
}

/// The input is split by line ends into the fields.
void play_request(std::string_view bytes) {
  credential_fields fields;
  for (auto* field : {&fields.target, &fields.authorization, &fields.cookie}) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    *field = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  const auto logged = strip_token(fields.target);
  const auto found = find_credential(fields, "session");
  ROOKERY_CHECK(
      !found || !*found || !(*found)->token.empty(),
      "a credential is not empty");
  if (!found || !*found || (*found)->source != credential_source::query)
    return;
  const auto query = '&' + logged.substr(logged.find('?') + 1) + '&';
  const auto token = std::string{(*found)->token};
  ROOKERY_CHECK(
      query.find("&token=" + token + '&') == std::string::npos,
      "a token that we take is never logged");
}

void play_key(std::string_view text) {
  const jose::json_ptr json{
      json_loadb(text.data(), text.size(), JSON_DECODE_ANY, nullptr)};
  const auto key = read_jwk(json.get());
  ROOKERY_CHECK(!key || !key->algorithms.empty(), "a key is for something");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  const std::string_view rest{
      reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0] % 4) {
  case 0:
    play_token(rest);
    break;
  case 1:
    play_claims(rest);
    break;
  case 2:
    play_request(rest);
    break;
  default:
    play_key(rest);
  }
  return 0;
}
