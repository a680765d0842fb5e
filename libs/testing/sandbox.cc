#include "libs/testing/sandbox.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "libs/testing/process.h"

// libpqxx 6.4.5 loses the last result (some 2 KiB) of a connection that breaks, which our tests do
// on purpose. Read by LeakSanitizer.
// NOLINTBEGIN(bugprone-reserved-identifier): the sanitizer chose the name.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx"; }
// NOLINTEND(bugprone-reserved-identifier)

namespace rectify::testing {
namespace {

// Whether a Redis answers at the socket.
bool RedisAnswers(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval second{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
  char answer[8] = {};
  const bool ok = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
                  send(fd, "PING\r\n", 6, MSG_NOSIGNAL) == 6 && recv(fd, answer, 7, 0) == 7 &&
                  std::strncmp(answer, "+PONG", 5) == 0;
  close(fd);
  return ok;
}

}  // namespace

struct TestRedis::Process {
  TempDir folder;
  std::unique_ptr<ChildProcess> server;

  std::string Socket() const { return folder.path() + "/redis.sock"; }

  void Start() {
    static const std::string program = FindProgram("redis-server");
    if (program.empty()) Die("redis-server is missing: apt-get install redis-server");
    server = std::make_unique<ChildProcess>(ChildProcess::Options{
        .argv = {program, "--port", "0", "--unixsocket", Socket(), "--save", "", "--appendonly",
                 "no", "--dir", folder.path(), "--maxmemory-policy", "noeviction"},
        .folder = folder.path(),
        .log = folder.path() + "/redis.log"});
    server->WaitUntil([this] { return RedisAnswers(Socket()); });
  }
};

TestRedis::TestRedis() : process_(std::make_unique<Process>()) {
  address_ = "unix:" + process_->Socket();
  process_->Start();
}

TestRedis::~TestRedis() = default;

void TestRedis::Kill() { process_->server->Kill(SIGKILL); }

void TestRedis::Restart() {
  Kill();
  process_->Start();
}

TempDir::TempDir() : owner_(getpid()) {
  char path[] = "/tmp/rectify-test-XXXXXX";
  if (mkdtemp(path) == nullptr) Die("can't create a folder under /tmp");
  path_ = path;
}

TempDir::~TempDir() {
  if (getpid() != owner_) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace rectify::testing
