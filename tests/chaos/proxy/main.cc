// rectify_chaos_proxy SOCKET: the network of a chaos run, steered by lines on a Unix socket (see
// control.h). Many links in one process. Ends with the connection that steers it.
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "tests/chaos/proxy/control.h"
#include "tests/chaos/proxy/loop.h"

namespace rectify::chaos {
namespace {

int ListenOn(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (std::strlen(path) >= sizeof(address.sun_path)) return -1;
  std::strcpy(address.sun_path, path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return -1;
  return listen(fd, 1) == 0 ? fd : -1;
}

// False when the other side has gone.
bool AnswerLines(int fd, std::string& pending, Control& control) {
  char bytes[4096];
  const ssize_t count = recv(fd, bytes, sizeof(bytes), 0);
  if (count <= 0) return false;
  pending.append(bytes, static_cast<size_t>(count));
  for (size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
    const std::string answer = control.Answer(pending.substr(0, end));
    pending.erase(0, end + 1);
    if (send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return false;
  }
  return true;
}

int Main(const char* path) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  const int listener = ListenOn(path);
  if (listener < 0) {
    std::perror(path);
    return 1;
  }
  std::printf("serving on %s\n", path);
  std::fflush(stdout);
  const int steering = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  Loop loop;
  Control control(loop);
  std::string pending;
  loop.Watch(steering, EPOLLIN, [&](uint32_t) {
    if (!AnswerLines(steering, pending, control)) loop.Stop();
  });
  loop.Run();
  unlink(path);
  return 0;
}

}  // namespace
}  // namespace rectify::chaos

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: rectify_chaos_proxy SOCKET\n");
    return 2;
  }
  return rectify::chaos::Main(argv[1]);
}
