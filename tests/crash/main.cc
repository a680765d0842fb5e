// The test process; with --scenario NAME KEY=VALUE… the process that it makes die; with
// --failpoints or --planted-bugs their names.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "libs/base/planted.h"
#include "tests/crash/scenarios.h"

namespace rectify::crash {
namespace {

int RunScenario(const std::string& name, const Args& args) {
  const std::map<std::string, Scenario> scenarios = {{"pipeline", RunPipelineScenario},
                                                     {"reminder", RunReminderScenario},
                                                     {"import", RunImportScenario},
                                                     {"draw", RunDrawScenario}};
  const auto scenario = scenarios.find(name);
  if (scenario == scenarios.end()) {
    std::fprintf(stderr, "no scenario %s\n", name.c_str());
    return 2;
  }
  return scenario->second(args) ? 0 : 1;
}

int Print(const std::vector<std::string>& names) {
  for (const std::string& name : names) std::puts(name.c_str());
  return 0;
}

int Main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "--scenario" && argc > 2) {
    return RunScenario(argv[2], ReadArgs(argc - 3, argv + 3));
  }
  if (command == "--failpoints") return Print(faults::Failpoints());
  if (command == "--planted-bugs") return Print(faults::PlantedBugs());
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace rectify::crash

int main(int argc, char** argv) { return rectify::crash::Main(argc, argv); }
