#pragma once

#include "tests/unit/free_port.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace rookery {

/// A nats-server with JetStream on a free port of the loopback, and a store of
/// its own. It ends with the test, whatever becomes of that.
class nats_server {
public:
  static constexpr const char* program = "/usr/sbin/nats-server";
  static bool installed() { return ::access(program, X_OK) == 0; }

  nats_server() {
    std::string name = ::testing::TempDir() + "jetstream-XXXXXX";
    path_ = ::mkdtemp(name.data());
    port_ = free_port();
  }
  ~nats_server() {
    kill();
    std::filesystem::remove_all(path_);
  }
  nats_server(const nats_server&) = delete;
  nats_server& operator=(const nats_server&) = delete;

  std::vector<std::string> more; // arguments
  bool jetstream = true;

  std::string url() const {
    return "nats://127.0.0.1:" + std::to_string(port_);
  }

  /// Returns when it takes connections.
  void start() {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const auto port = std::to_string(port_);
    const auto parent = ::getpid();
    child_ = ::fork();
    ASSERT_GE(child_, 0);
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent)
        ::_exit(1);
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      std::vector<const char*> words{
          program, "-a", "127.0.0.1", "-p", port.c_str()};
      if (jetstream)
        words.insert(words.end(), {"-js", "-sd", path_.c_str()});
      for (const auto& one : more)
        words.push_back(one.c_str());
      words.push_back(nullptr);
      ::execv(program, const_cast<char* const*>(words.data()));
      ::_exit(1);
    }
    ::close(ends[1]);
    said_ = ends[0];
    ASSERT_TRUE(says("Server is ready")) << "nats-server does not start";
  }
  /// SIGKILL.
  void kill() {
    if (child_ <= 0)
      return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::close(said_);
    child_ = 0;
  }
  /// It takes no step until `go_on`.
  void pause() {
    ::kill(child_, SIGSTOP);
    int status = 0;
    ::waitpid(child_, &status, WUNTRACED);
  }
  void go_on() { ::kill(child_, SIGCONT); }
  // It must not run for these.

  /// As after the loss of its disk.
  void forget() {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directory(path_);
  }
  void back_up() {
    std::filesystem::copy(
        path_, path_ + ".old", std::filesystem::copy_options::recursive);
  }
  void restore() {
    std::filesystem::remove_all(path_);
    std::filesystem::rename(path_ + ".old", path_);
  }
  pid_t pid() const noexcept { return child_; }

private:
  bool says(const std::string& what) {
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::seconds{20};
    std::string all;
    while (all.find(what) == std::string::npos) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          until - std::chrono::steady_clock::now());
      pollfd ready{said_, POLLIN, 0};
      if (left.count() <= 0
          || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
        return false;
      char bytes[4096];
      const auto count = ::read(said_, bytes, sizeof bytes);
      if (count <= 0)
        return false;
      all.append(bytes, static_cast<std::size_t>(count));
    }
    return true;
  }

  std::string path_;
  uint16_t port_ = 0;
  pid_t child_ = 0;
  int said_ = -1;
};

} // namespace rookery
