// What a crash may interrupt. Each scenario is told where the data of the test process are.
#pragma once

#include "tests/crash/sweep.h"

namespace rectify::crash {

bool RunPipelineScenario(const Args& args);
bool RunReminderScenario(const Args& args);
bool RunImportScenario(const Args& args);
bool RunDrawScenario(const Args& args);

}  // namespace rectify::crash
