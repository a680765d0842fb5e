// Shell completion, made from the commands themselves.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "services/cli/session.h"

namespace rectify::cli {

// A bash script that completes commands and options of `app`.
std::string BashCompletion(const CLI::App& app);

void AddCompletionCommand(CLI::App& app, Session& session);

}  // namespace rectify::cli
