// venue near, duplicates, merge, history, export; building list.
#pragma once

#include "services/cli/session.h"

namespace rectify::cli {

// Adds to the group `venue`.
void AddDirectoryCommands(CLI::App& venue, Session& session);
// The group `building`.
void AddBuildingCommands(CLI::App& app, Session& session);

}  // namespace rectify::cli
