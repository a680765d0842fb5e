#include "libs/testing/process.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

namespace rectify::testing {
namespace {

std::string LastLines(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  return all.size() > 4000 ? all.substr(all.size() - 4000) : all;
}

// Between fork and exec in a process with threads: system calls only, no memory allocation.
[[noreturn]] void Exec(char* const argv[], const char* folder, int log, uid_t uid, gid_t gid,
                       pid_t parent) {
  const bool other_user = uid != 0;
  if (other_user && (setgroups(1, &gid) != 0 || setgid(gid) != 0 || setuid(uid) != 0)) _exit(126);
  // After setuid, which clears it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(126);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, 0);
  dup2(log, 1);
  dup2(log, 2);
  close_range(3, ~0U, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (chdir(folder) != 0) _exit(126);
  execv(argv[0], argv);
  _exit(127);
}

}  // namespace

void Die(const std::string& message) {
  std::fprintf(stderr, "sandbox: %s\n", message.c_str());
  std::abort();
}

std::string FindProgram(const std::string& name, const std::vector<std::string>& folders) {
  std::vector<std::string> all = folders;
  if (const char* path = std::getenv("PATH"); path != nullptr) {
    for (auto folder : absl::StrSplit(path, ':')) all.emplace_back(folder);
  }
  for (const std::string& folder : all) {
    std::string program = absl::StrCat(folder, "/", name);
    if (access(program.c_str(), X_OK) == 0) return program;
  }
  return "";
}

ChildProcess::ChildProcess(Options options) : options_(std::move(options)), owner_(getpid()) {
  std::vector<char*> argv;
  for (const std::string& arg : options_.argv) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  const int log = open(options_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) Die(absl::StrCat("can't write ", options_.log));
  pid_ = fork();
  if (pid_ == 0) {
    Exec(argv.data(), options_.folder.c_str(), log, options_.uid, options_.gid, owner_);
  }
  close(log);
  if (pid_ < 0) Die(absl::StrCat("can't start ", options_.argv[0]));
}

ChildProcess::~ChildProcess() { Kill(SIGKILL); }

int ChildProcess::Wait() {
  if (pid_ < 0) return -1;
  int state = 0;
  while (waitpid(pid_, &state, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

void ChildProcess::Kill(int signal) {
  if (pid_ < 0 || getpid() != owner_) return;
  kill(pid_, signal);
  Wait();
}

bool ChildProcess::Running() {
  if (pid_ < 0) return false;
  if (waitpid(pid_, nullptr, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

void ChildProcess::WaitUntil(const std::function<bool()>& ready) {
  const absl::Time deadline = absl::Now() + absl::Minutes(1);
  while (!ready()) {
    if (!Running() || absl::Now() > deadline) {
      Die(absl::StrCat(options_.argv[0], " does not start:\n", LastLines(options_.log)));
    }
    absl::SleepFor(absl::Milliseconds(10));
  }
}

}  // namespace rectify::testing
