#include "actors/node/front.hpp"

#include "actors/api/answers.hpp"
#include "actors/api/drain_call.hpp"
#include "actors/api/relay.hpp"
#include "actors/connection/connection.hpp"
#include "base/hex.hpp"
#include "base/log.hpp"
#include "net/auth/credentials.hpp"
#include "net/auth/issue.hpp"
#include "net/auth/origin.hpp"

#include <caf/send.hpp>

namespace rookery {

namespace {

/// The most that is kept of a client's User-Agent.
constexpr std::size_t user_agent_bytes_max = 256;
/// How long a token of the demo lasts.
constexpr std::chrono::hours demo_token_ttl{24};

struct admitted_client final : admission {
  client_facts facts;
};

http_response text(unsigned status, std::string body) {
  return {status, "text/plain; charset=utf-8", std::move(body), {}};
}

http_response readiness(bool ready, const node_context& node) {
  if (!node.linked)
    return text(503, "no connection to the cluster\n");
  if (!ready)
    return text(503, std::string{facts(refusal::not_ready).text} + "\n");
  if (node.draining)
    return text(503, std::string{facts(refusal::draining).text} + "\n");
  return node.overloaded()
             ? text(503, std::string{facts(refusal::overloaded).text} + "\n")
             : text(200, "ready\n");
}

bool only_reads(const http_request& request) {
  return request.method() == "GET" || request.method() == "HEAD";
}

/// Many clients have the same; each thread keeps one copy of those it saw.
std::shared_ptr<const std::string> shared_user_agent(std::string_view seen) {
  constexpr std::size_t kept_max = 1024;
  thread_local std::unordered_map<
      std::string, std::shared_ptr<const std::string>>
      kept;
  std::string agent{seen.substr(0, user_agent_bytes_max)};
  if (const auto found = kept.find(agent); found != kept.end())
    return found->second;
  if (kept.size() >= kept_max)
    kept.clear();
  auto shared = std::make_shared<const std::string>(agent);
  kept.emplace(std::move(agent), shared);
  return shared;
}

/// This thread's hub.
fanout& hub_of(const node_context& node) {
  const auto index = io_unit::current()->index();
  return *static_cast<fanout*>(
      caf::actor_cast<caf::abstract_actor*>(node.fanouts[index]));
}

} // namespace

// -- the public listener ------------------------------------------------------

/// The user that the request's token names; null when it has to be said later.
result<user_ref>
public_front::identify(const std::optional<credential>& shown) const {
  if (shown) {
    auto verified =
        node_.tokens->verify(shown->token, std::chrono::system_clock::now());
    if (!verified)
      return tl::make_unexpected(verified.error());
    return std::make_shared<const identity>(*std::move(verified));
  }
  if (!node_.settings.session.anonymous)
    return user_ref{};
  identity stranger;
  stranger.user = "anon-" + random_hex(6);
  stranger.anonymous = true;
  return std::make_shared<const identity>(std::move(stranger));
}

/// The answer to who may not connect; counted and told to the log.
http_response public_front::refuse_entry(
    const http_request& request, refusal why, std::string_view message) const {
  io_unit::current()->thread().counters().count_refusal(why);
  log::debug(
      "connection.refused", {{"address", request.remote_address()},
                             {"reason", facts(why).name},
                             {"why", message}});
  auto answer = text(facts(why).status, std::string{message} + "\n");
  if (why == refusal::unauthorized)
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (why == refusal::not_ready || why == refusal::draining)
    answer.headers.emplace_back("Retry-After", "1");
  if (why == refusal::overloaded)
    answer.headers.emplace_back(
        "Retry-After", std::to_string(node_.door->retry_after_s(why)));
  return answer;
}

std::unique_ptr<admission>
public_front::admit(const http_request& request, http_response& answer) {
  const auto& session = node_.settings.session;
  const auto refuse = [&](refusal why, std::string_view message) {
    answer = refuse_entry(request, why, message);
    return nullptr;
  };
  if (!ready_)
    return refuse(refusal::not_ready, facts(refusal::not_ready).text);
  if (node_.draining)
    return refuse(refusal::draining, facts(refusal::draining).text);
  if (node_.overloaded()) // the socket came before
    return refuse(refusal::overloaded, facts(refusal::overloaded).text);
  const auto shown = find_credential(
      {request.header("Authorization"), request.target(),
       request.header("Cookie")},
      session.cookie);
  if (!shown)
    return refuse(refusal::unauthorized, shown.error().message);
  const bool by_cookie =
      *shown && (*shown)->source == credential_source::cookie;
  if (!origin_allowed(
          session.allowed_origins, request.header("Origin"),
          request.header("Host"), by_cookie))
    return refuse(refusal::wrong_origin, facts(refusal::wrong_origin).text);
  auto user = identify(*shown);
  if (!user)
    return refuse(refusal::unauthorized, user.error().message);
  auto admitted = std::make_unique<admitted_client>();
  admitted->facts.user = *std::move(user);
  admitted->facts.address = request.remote_address();
  admitted->facts.user_agent = shared_user_agent(request.header("User-Agent"));
  return admitted;
}

void public_front::adopt(io_thread& home, upgraded_socket&& socket) {
  auto& hub = hub_of(node_);
  auto& client = static_cast<admitted_client&>(*socket.admitted);
  const auto speaker = spawn_slim<connection>(
      hub.home_system(), hub.home(), hub, std::move(client.facts));
  speaker->open([&](link_owner& owner) {
    auto link = std::make_unique<transport>(
        home, links_, owner, std::move(socket.socket), socket.terms);
    link->start(socket.early, socket.answer);
    return link;
  });
}

void public_front::serve(
    const http_request& request, const http_responder& respond) {
  const auto path = request.path();
  if (!only_reads(request))
    return respond(text(405, "only GET here\n"));
  if (path == "/health")
    return respond(text(200, "ok\n"));
  if (path == "/ready")
    return respond(readiness(ready_, node_));
  respond(node_.settings.http.demo ? demo(request) : text(404, "not found\n"));
}

http_response public_front::demo(const http_request& request) const {
  const auto path = request.path();
  if (path == "/demo/token")
    return demo_token(request);
  for (const auto& asset : web_assets())
    if (asset.path == path || (path == "/" && asset.path == "/index.html"))
      return {
          200,
          std::string{asset.content_type},
          std::string{asset.content},
          {{"Cache-Control", "no-cache"},
           {"X-Content-Type-Options", "nosniff"}}};
  return text(404, "not found\n");
}

/// /demo/token?name=alice: a token for whoever asks. Only of the demo.
http_response public_front::demo_token(const http_request& request) const {
  constexpr std::string_view key = "name=";
  const auto target = request.target();
  const auto at = target.find(key);
  token_request wanted;
  if (at != std::string_view::npos)
    wanted.user = target.substr(at + key.size());
  wanted.ttl = demo_token_ttl;
  constexpr auto allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
      "0123456789-_";
  if (wanted.user.empty() || wanted.user.size() > 32
      || wanted.user.find_first_not_of(allowed) != std::string::npos)
    return text(400, "name: 1 to 32 letters, digits, - or _\n");
  const auto token = issue_token(
      node_.settings.session.token, wanted, std::chrono::system_clock::now());
  if (!token)
    return text(503, token.error().message + "\n");
  auto response = text(200, *token);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

// -- the internal listener ----------------------------------------------------

std::unique_ptr<admission>
internal_front::admit(const http_request&, http_response& answer) {
  answer = text(404, "no WebSockets here\n");
  return nullptr;
}

void internal_front::serve(
    const http_request& request, const http_responder& respond) {
  const auto path = request.path();
  if (path == drain_path)
    return respond(
        ready_ ? drain_answer(request, node_) : error_answer(503, "not ready"));
  if (is_api_path(path))
    return call_api(request, respond);
  if (!only_reads(request))
    return respond(text(405, "only GET here\n"));
  if (path == "/health")
    return respond(text(200, "ok\n"));
  if (path == "/ready")
    return respond(readiness(ready_, node_));
  if (path != "/metrics")
    return respond(text(404, "not found\n"));
  if (!ready_)
    return respond(metrics_answer(node_, {}));
  carry_out_here(
      io_unit::current()->system(), node_, metrics_call{}, respond,
      node_.settings.supervisor.request_timeout);
}

void internal_front::call_api(
    const http_request& request, const http_responder& respond) {
  if (!ready_)
    return respond(error_answer(503, "not ready"));
  auto call = read_call(request, node_);
  if (auto* refused = std::get_if<http_response>(&call))
    return respond(std::move(*refused));
  api_question question;
  question.method = request.method();
  question.target = request.target();
  question.body = request.body();
  carry_out(
      io_unit::current()->system(), node_, std::get<api_call>(std::move(call)),
      std::move(question), respond);
}

} // namespace rookery
