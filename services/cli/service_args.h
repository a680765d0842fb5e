// The options of a record of service, for each command that serves a document.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rectify/deadline/v1/order.pb.h"

namespace rectify::cli {

struct ServiceArgs {
  std::string at, receiver, method = "direct", proof, refusal, place, witness, video,
                            tracking_number, entrusted_organ, consent, publication, publish_date;
  std::vector<std::string> officers;
};

// The options write to `args`, which outlives the command.
void AddServiceOptions(CLI::App& command, ServiceArgs& args);

absl::StatusOr<deadline::v1::ServiceRecord> ToService(const ServiceArgs& args);

}  // namespace rectify::cli
