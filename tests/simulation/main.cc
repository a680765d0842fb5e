// Without options: the tests. With --seed: those runs alone, each with its figures, for looking
// into a failure or for a long hunt.
//
//   simulation_test --seed 7 --mode safety --steps 6000
//   simulation_test --seed 1 --runs 100000
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/simulation/world.h"

namespace rectify::simulation {
namespace {

int RunSeeds(Options options, int64_t runs) {
  int failed = 0;
  for (int64_t i = 0; i < runs; ++i, ++options.seed) {
    World world(options);
    const std::string violation = world.Run();
    if (!violation.empty()) ++failed;
    if (runs > 1 && violation.empty()) continue;
    std::cout << "seed " << options.seed << ": " << (violation.empty() ? "ok" : violation) << "\n  "
              << absl::StrJoin(world.figures, ", ", absl::PairFormatter(" ")) << std::endl;
  }
  std::cout << runs << " runs, " << failed << " failed" << std::endl;
  return failed == 0 ? 0 : 1;
}

int Main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  Options options;
  int64_t runs = 1;
  std::string mode = "liveness", mistake = "none";
  CLI::App app("Seeded simulation of the event backbone and the reminders");
  CLI::Option* seed = app.add_option("--seed", options.seed, "the first seed");
  app.add_option("--runs", runs, "how many seeds from there on");
  app.add_option("--steps", options.steps, "steps with faults");
  app.add_option("--mode", mode)->check(CLI::IsMember({"safety", "liveness"}));
  app.add_option("--mistake", mistake, "a known mistake to make");
  CLI11_PARSE(app, argc, argv);
  options.mode = mode == "safety" ? Mode::kSafety : Mode::kLiveness;
  for (int i = 0; i < static_cast<int>(Mistake::kCount); ++i) {
    if (mistake == NameOf(static_cast<Mistake>(i))) options.mistake = static_cast<Mistake>(i);
  }
  return seed->count() > 0 ? RunSeeds(options, runs) : RUN_ALL_TESTS();
}

}  // namespace
}  // namespace rectify::simulation

int main(int argc, char** argv) { return rectify::simulation::Main(argc, argv); }
