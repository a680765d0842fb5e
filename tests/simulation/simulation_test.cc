#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/testing/paths.h"
#include "tests/simulation/world.h"

namespace rectify::simulation {
namespace {

std::string CommandFor(const Options& options) {
  return absl::StrCat("simulation_test --seed ", options.seed, " --mode ",
                      options.mode == Mode::kSafety ? "safety" : "liveness", " --steps ",
                      options.steps);
}

void ExpectHolds(const Options& options) {
  EXPECT_EQ(World(options).Run(), "") << CommandFor(options);
}

void ExpectBothModesHold(uint64_t seed) {
  ExpectHolds({.seed = seed, .mode = Mode::kSafety});
  ExpectHolds({.seed = seed, .mode = Mode::kLiveness});
}

// Lines of "SEED MODE STEPS", after which comes what it once found.
TEST(SimulationTest, SeedsThatOnceFailedHold) {
  std::ifstream file(rectify::testing::SourcePath("/tests/simulation/seeds.txt"));
  ASSERT_TRUE(file.good());
  std::string line;
  int seeds = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    Options options;
    std::string mode;
    std::istringstream words(line);
    ASSERT_TRUE(words >> options.seed >> mode >> options.steps) << line;
    options.mode = mode == "safety" ? Mode::kSafety : Mode::kLiveness;
    ExpectHolds(options);
    ++seeds;
  }
  EXPECT_GT(seeds, 0);
}

constexpr uint64_t kSeeds = RECTIFY_SEEDS;

TEST(SimulationTest, FixedSeedsHold) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) ExpectBothModesHold(seed);
}

TEST(SimulationTest, NewSeedsHold) {
  const uint64_t seed = std::random_device()();
  std::cout << "seeds from " << seed << std::endl;
  for (uint64_t i = 0; i < kSeeds; ++i) ExpectBothModesHold(seed + i);
}

// A simulation in which nothing happens would hold as well.
TEST(SimulationTest, WhatCanHappenDoes) {
  std::map<std::string, int64_t> figures;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    World world({.seed = seed});
    EXPECT_EQ(world.Run(), "");
    for (const auto& [name, count] : world.figures) figures[name] += count;
  }
  for (const char* name : {"answered again", "cancelled", "dead", "diverged", "fed by the stream",
                           "fenced", "forked", "helped by the feed", "merged", "parked", "sent",
                           "sent again", "stream replaced", "superseded"}) {
    EXPECT_GT(figures[name], 0) << name;
  }
}

TEST(SimulationTest, TheSameSeedDoesTheSame) {
  World first({.seed = 11}), second({.seed = 11});
  EXPECT_EQ(first.Run(), second.Run());
  EXPECT_EQ(first.source.Peek().head.chain, second.source.Peek().head.chain);
  EXPECT_EQ(first.rng.Next(), second.rng.Next());
}

class MistakeTest : public ::testing::TestWithParam<int> {};

TEST_P(MistakeTest, IsCaughtWithinAFewSeeds) {
  constexpr uint64_t kPatience = 60;
  Options options;
  options.mistake = static_cast<Mistake>(GetParam());
  std::string violation;
  for (; violation.empty() && options.seed <= kPatience; ++options.seed) {
    violation = World(options).Run();
  }
  EXPECT_NE(violation, "");
  std::cout << NameOf(options.mistake) << ", seed " << options.seed - 1 << ", " << violation
            << std::endl;
}

INSTANTIATE_TEST_SUITE_P(Simulation, MistakeTest,
                         ::testing::Range(1, static_cast<int>(Mistake::kCount)),
                         [](const auto& mistake) {
                           std::string name = NameOf(static_cast<Mistake>(mistake.param));
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace rectify::simulation
