// Tests of the tests: each planted bug must make the part of tests/crash that is there for it fail,
// within three runs, and without a bug the same part must pass.
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "libs/testing/paths.h"
#include "libs/testing/process.h"
#include "libs/testing/sandbox.h"

namespace rectify::crash {
namespace {

constexpr int kRuns = 3;

// Which tests are there for which bug.
const std::map<std::string, std::string>& Catchers() {
  static const auto& catchers =
      *new std::map<std::string, std::string>{{"cursor_apart_from_effect", "PipelineSweepTest.*"},
                                              {"events_in_own_transaction", "PipelineSweepTest.*"},
                                              {"newer_ids_only", "HistoryTest.*"},
                                              {"progress_before_rows", "ImportSweepTest.*"},
                                              {"request_in_own_transaction", "PipelineSweepTest.*"},
                                              {"send_without_mark", "ReminderSweepTest.*"},
                                              {"settle_without_token", "StalledDispatcherTest.*"},
                                              {"stale_stream_kept", "RestoreTest.*"},
                                              {"timeline_ignored", "RestoreTest.*"},
                                              {"trust_redis", "InterleavingTest.*"},
                                              {"unchecked_append", "HistoryTest.*"},
                                              {"unlinked_consumer", "HistoryTest.*"}};
  return catchers;
}

struct Result {
  int exit_code;
  std::string output;
};

class PlantedBugTest : public ::testing::Test {
 protected:
  // `settings` for the environment: KEY=VALUE.
  Result RunCrashTest(const std::vector<std::string>& settings,
                      const std::vector<std::string>& arguments) {
    const testing::TempDir folder;
    testing::ChildProcess::Options child;
    for (const char* word : {"/usr/bin/env", "-u", "GTEST_OUTPUT"}) child.argv.emplace_back(word);
    child.argv.push_back(absl::StrCat("RECTIFY_TEST_PG=", database_.dsn()));
    child.argv.insert(child.argv.end(), settings.begin(), settings.end());
    child.argv.push_back(testing::BuildPath("/tests/crash/crash_test"));
    child.argv.insert(child.argv.end(), arguments.begin(), arguments.end());
    child.folder = folder.path();
    child.log = folder.path() + "/log";
    const int code = testing::ChildProcess(child).Wait();
    std::stringstream output;
    output << std::ifstream(child.log).rdbuf();
    return {code, output.str()};
  }

 private:
  const testing::TestDatabase database_;  // for its server
};

TEST_F(PlantedBugTest, EachHasItsCatcher) {
  const Result result = RunCrashTest({}, {"--planted-bugs"});
  std::vector<std::string> names;
  for (const auto& [bug, filter] : Catchers()) names.push_back(bug);
  EXPECT_THAT(absl::StrSplit(result.output, '\n', absl::SkipEmpty()),
              ::testing::ElementsAreArray(names));
}

TEST_F(PlantedBugTest, EachIsCaughtWithinThreeRuns) {
  for (const auto& [bug, filter] : Catchers()) {
    bool caught = false;
    for (int run = 1; run <= kRuns && !caught; ++run) {
      const Result result = RunCrashTest(
          {absl::StrCat("RECTIFY_PLANTED_BUG=", bug), absl::StrCat("RECTIFY_SEED=", run)},
          {absl::StrCat("--gtest_filter=", filter)});
      // Neither a crash nor a broken sandbox is a catch.
      ASSERT_TRUE(result.exit_code == 0 || result.exit_code == 1) << bug << "\n" << result.output;
      caught = result.exit_code == 1;
      if (caught) std::printf("%s: caught by %s in run %d\n", bug.c_str(), filter.c_str(), run);
    }
    EXPECT_TRUE(caught) << bug << " goes unnoticed by " << filter;
  }
}

TEST_F(PlantedBugTest, TheSameTestsPassWithoutABug) {
  std::set<std::string> filters;
  for (const auto& [bug, filter] : Catchers()) filters.insert(filter);
  const Result result = RunCrashTest(
      {"RECTIFY_SEED=1"}, {absl::StrCat("--gtest_filter=", absl::StrJoin(filters, ":"))});
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

}  // namespace
}  // namespace rectify::crash
