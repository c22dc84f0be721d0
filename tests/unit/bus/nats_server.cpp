#include "tests/unit/bus/nats_server.hpp"

#include "tests/unit/free_port.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rookery {

namespace {

constexpr std::chrono::seconds start_deadline{20};
constexpr int between_tries_ms = 20;

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

std::string program() {
  std::string path = ::getenv("PATH") ? ::getenv("PATH") : "";
  path += ":/usr/sbin:";
  for (std::size_t end; (end = path.find(':')) != std::string::npos;) {
    const auto file = path.substr(0, end) + "/nats-server";
    path.erase(0, end + 1);
    if (::access(file.c_str(), X_OK) == 0)
      return file;
  }
  return {};
}

} // namespace

bool nats_server::installed() {
  return !program().empty();
}

nats_server::nats_server(arguments more)
    : more_(std::move(more))
    , port_(free_port()) {}

bool nats_server::start() {
  arguments all{program(), "-a", "127.0.0.1", "-p", std::to_string(port_)};
  all.insert(all.end(), more_.begin(), more_.end());
  std::vector<char*> raw;
  for (auto& one : all)
    raw.push_back(one.data());
  raw.push_back(nullptr);
  process_ = ::fork();
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // not left behind by a test that dies
    const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::execv(raw[0], raw.data());
    ::_exit(127);
  }
  const auto until = std::chrono::steady_clock::now() + start_deadline;
  while (!answers()) {
    if (std::chrono::steady_clock::now() > until
        || ::waitpid(process_, nullptr, WNOHANG) != 0)
      return false;
    ::poll(nullptr, 0, between_tries_ms);
  }
  return true;
}

bool nats_server::answers() const {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(port_);
  const bool there =
      ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address)
      == 0;
  ::close(socket);
  return there;
}

void nats_server::kill() {
  if (process_ <= 0)
    return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

std::string nats_server::url() const {
  return "nats://127.0.0.1:" + std::to_string(port_);
}

} // namespace rookery
