// Every input that was ever worth keeping, through the target that it belongs to.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "libs/testing/paths.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {
namespace {

constexpr Target kTargets[] = {{"adapters", Adapters}, {"csv", Csv},           {"rows", Rows},
                               {"sheet", Sheet},       {"filter", Filter},     {"names", Names},
                               {"envelope", Envelope}, {"calendar", Calendar}, {"policy", Policy},
                               {"token", Token},       {"login", Login},       {"http", Http}};

const std::filesystem::path kCorpus = testing::SourcePath("/tests/fuzz/corpus");

class Corpus : public ::testing::TestWithParam<Target> {};

TEST_P(Corpus, KeepsEveryPromise) {
  int inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kCorpus / GetParam().name)) {
    SCOPED_TRACE(entry.path());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input((std::istreambuf_iterator<char>(file)), {});
    EXPECT_NO_THROW(GetParam().run(input));
    ++inputs;
  }
  EXPECT_GT(inputs, 0);
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Corpus, ::testing::ValuesIn(kTargets),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Corpus, HasNoFolderWithoutATarget) {
  for (const auto& entry : std::filesystem::directory_iterator(kCorpus)) {
    EXPECT_TRUE(std::any_of(std::begin(kTargets), std::end(kTargets), [&](const Target& target) {
      return target.name == entry.path().filename();
    })) << entry.path();
  }
}

}  // namespace
}  // namespace rectify::fuzz
