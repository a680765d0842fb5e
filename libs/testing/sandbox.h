// Real PostgreSQL and Redis for tests, on Unix sockets in private folders under /tmp. PostgreSQL is
// started once per test process and ended with it; tests/run starts one for all processes and
// passes it by RECTIFY_TEST_PG (a libpq connection string of a superuser). It runs without fsync
// unless RECTIFY_TEST_FSYNC is set. Servers end with the thread that started them: create these
// objects, and restart Redis, on a thread that lives as long as the test.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rectify::testing {

// A database of its own for one test, dropped at the end.
class TestDatabase {
 public:
  TestDatabase();  // aborts the process with a clear message when no server can be started
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  const std::string& dsn() const { return dsn_; }
  // Ends all other sessions of this database (57P01), as an administrator would.
  void TerminateSessions();

 private:
  std::string name_, dsn_;
};

// A Redis of its own for one test (its own process: tests flush, kill and trim it).
class TestRedis {
 public:
  TestRedis();
  ~TestRedis();
  TestRedis(const TestRedis&) = delete;
  TestRedis& operator=(const TestRedis&) = delete;

  // "unix:/path" or "127.0.0.1:port", as libs/redis takes it.
  const std::string& address() const { return address_; }
  void Kill();     // SIGKILL, stays down
  void Restart();  // empty, at the same address

 private:
  struct Process;
  std::unique_ptr<Process> process_;
  std::string address_;
};

// A folder that is removed with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int owner_;  // process; a forked copy leaves the folder alone
};

}  // namespace rectify::testing
