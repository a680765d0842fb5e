// Server processes for tests.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace rectify::testing {

// Prints to stderr and aborts: a test machine without its servers must not look like a passing one.
[[noreturn]] void Die(const std::string& message);

// Full path of a program in PATH or in `folders`, "" when it is nowhere.
std::string FindProgram(const std::string& name, const std::vector<std::string>& folders = {});

// A child process that ends with this process, and when the thread that started it ends.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> argv;  // argv[0] is a full path
    std::string folder;             // working directory
    std::string log;                // file that takes stdout and stderr
    uid_t uid = 0;                  // 0: the user of this process
    gid_t gid = 0;
  };
  explicit ChildProcess(Options options);  // aborts when the process can't be started
  ~ChildProcess();                         // Kill
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits for the end; the exit code, or -1 after a signal.
  int Wait();
  // `signal`, then waits.
  void Kill(int signal);
  // Asks `ready` until it says yes; aborts with the log when the process ends or a minute passes.
  void WaitUntil(const std::function<bool()>& ready);

 private:
  bool Running();

  const Options options_;
  pid_t pid_ = -1;
  pid_t owner_;  // a forked copy of the test process must leave the server alone
};

}  // namespace rectify::testing
