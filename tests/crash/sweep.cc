#include "tests/crash/sweep.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "libs/base/failpoint.h"
#include "libs/base/status_macros.h"
#include "libs/pg/pool.h"
#include "libs/testing/process.h"
#include "libs/testing/sandbox.h"

namespace rectify::crash {
namespace {

// More than any scenario has: one that never comes to its end must not run for ever.
constexpr int kMostRuns = 300;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::map<std::string, std::string> ReadAcknowledged(const std::string& path) {
  std::map<std::string, std::string> acknowledged;
  for (const absl::string_view line : absl::StrSplit(ReadFile(path), '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    acknowledged[absl::HexStringToBytes(parts.first)] = absl::HexStringToBytes(parts.second);
  }
  return acknowledged;
}

std::string OwnBinary() {
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
  if (length < 0) testing::Die("/proc/self/exe is not readable");
  return std::string(path, static_cast<size_t>(length));
}

constexpr pg::Statement kNow = {"test.now", "select clock_timestamp()"};
constexpr pg::Statement kOlder = {"test.older", R"sql(
  select count(*) from pg_stat_activity
   where datname = current_database() and pid <> pg_backend_pid()
     and xact_start < $1::timestamptz)sql"};

// The server rolls back what a dead process left open as soon as it notices. Until then its locks
// stand, and whoever skips locked rows finds nothing to do.
absl::Status AwaitRollback(const std::string& dsn) {
  pg::PoolOptions options;
  options.dsn = dsn;
  options.schema = "public";
  options.size = 1;
  pg::Pool pool(options);
  const auto first = [&](const pg::Statement& statement, const std::vector<pg::Param>& params) {
    return pool.TransactValue("test.await", {},
                              [&](pg::Tx& tx) { return tx.Exec(statement, params); });
  };
  ASSIGN_OR_RETURN(const pg::Rows died, first(kNow, {}));
  while (true) {
    ASSIGN_OR_RETURN(const pg::Rows older, first(kOlder, {died[0].Time(0)}));
    if (older[0].Int(0) == 0) return absl::OkStatus();
    absl::SleepFor(absl::Milliseconds(5));
  }
}

// Runs the scenario in a child that dies at its n-th failpoint.
Trial RunChild(const SweepOptions& options, int n) {
  const testing::TempDir folder;
  const std::string crash_log = folder.path() + "/crash", acks = folder.path() + "/acks";
  testing::ChildProcess::Options child;
  child.argv = {"/usr/bin/env",
                absl::StrCat("RECTIFY_CRASH_AT=", n),
                absl::StrCat("RECTIFY_CRASH_IN=", absl::StrJoin(options.areas, ",")),
                absl::StrCat("RECTIFY_CRASH_LOG=", crash_log),
                OwnBinary(),
                "--scenario",
                options.scenario,
                absl::StrCat("n=", n),
                absl::StrCat("acks=", acks)};
  for (const auto& [key, value] : options.args) {
    child.argv.push_back(absl::StrCat(key, "=", value));
  }
  child.folder = folder.path();
  child.log = folder.path() + "/log";
  const int code = testing::ChildProcess(child).Wait();
  Trial trial{n, ReadFile(crash_log), ReadAcknowledged(acks)};
  EXPECT_EQ(code, trial.crashed_at.empty() ? 0 : -1) << "the scenario failed by itself:\n"
                                                     << ReadFile(child.log);
  if (!trial.crashed_at.empty()) {
    const absl::Status rolled_back = AwaitRollback(options.args.at("dsn"));
    EXPECT_TRUE(rolled_back.ok()) << rolled_back;
  }
  return trial;
}

void ExpectAllPassed(const SweepOptions& options, const std::set<std::string>& passed) {
  for (const std::string& name : faults::Failpoints()) {
    for (const std::string& area : options.areas) {
      if (!absl::StartsWith(name, area)) continue;
      EXPECT_TRUE(passed.contains(name)) << "the scenario does not pass " << name;
    }
  }
}

}  // namespace

void Sweep(const SweepOptions& options, const std::function<void(int n)>& prepare,
           const std::function<void(const Trial&)>& check) {
  std::set<std::string> passed;
  for (int n = 1; n <= kMostRuns; ++n) {
    if (prepare) prepare(n);
    const Trial trial = RunChild(options, n);
    if (!::testing::Test::HasFailure()) check(trial);
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << options.scenario << ": run " << n << ", crashed at " << trial.crashed_at;
      return;
    }
    if (trial.crashed_at.empty()) {
      std::printf("%s: %d crashes at %zu failpoints, then a clean run\n", options.scenario.c_str(),
                  n - 1, passed.size());
      ExpectAllPassed(options, passed);
      return;
    }
    passed.insert(trial.crashed_at);
  }
  ADD_FAILURE() << options.scenario << " never comes to its end";
}

void Acknowledge(const Args& args, const std::string& step, const std::string& answer) {
  const std::string line =
      absl::StrCat(absl::BytesToHexString(step), " ", absl::BytesToHexString(answer), "\n");
  const int file = open(args.at("acks").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    testing::Die("can't note an answer");
  }
  close(file);
}

Args ReadArgs(int argc, char** argv) {
  Args args;
  for (int i = 0; i < argc; ++i) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(argv[i], absl::MaxSplits('=', 1));
    args.insert(parts);
  }
  return args;
}

}  // namespace rectify::crash
