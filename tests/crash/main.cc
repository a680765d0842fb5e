// The test process, and with --scenario NAME KEY=VALUE… the process that it makes die.
#include <cstdio>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "tests/crash/scenarios.h"

int main(int argc, char** argv) {
  using rectify::crash::Scenario;
  const std::map<std::string, Scenario> scenarios = {
      {"pipeline", rectify::crash::RunPipelineScenario},
      {"reminder", rectify::crash::RunReminderScenario},
      {"import", rectify::crash::RunImportScenario},
      {"draw", rectify::crash::RunDrawScenario}};
  if (argc > 2 && std::string(argv[1]) == "--scenario") {
    const auto scenario = scenarios.find(argv[2]);
    if (scenario == scenarios.end()) {
      std::fprintf(stderr, "no scenario %s\n", argv[2]);
      return 2;
    }
    return rectify::crash::RunScenario(scenario->second, argc - 3, argv + 3);
  }
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
