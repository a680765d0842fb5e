#include "services/followup_visits/api/data_files.h"

#include <utility>

#include "followup_data.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/server.h"
#include "rectify/followup/v1/draw.pb.h"

namespace rectify::followup::api {
namespace {

// The embedded file of that name.
absl::string_view Embedded(absl::string_view name) {
  for (const auto& file : data::kEmbeddedFiles) {
    if (absl::string_view(file.name.data(), file.name.size()) == name) {
      return {file.content.data(), file.content.size()};
    }
  }
  return {};
}

// Reads `file`, or the built-in one of that name, and checks it against its contract.
absl::Status Load(const std::string& file, const char* built_in,
                  google::protobuf::Message& message) {
  const std::string name = file.empty() ? built_in : file;
  RETURN_IF_ERROR(file.empty() ? rpc::ParseTextProto(Embedded(built_in), name, message)
                               : rpc::ReadTextProto(file, message));
  return PrefixFields(rpc::ValidateMessage(message), name + ": ");
}

}  // namespace

absl::StatusOr<domain::DrawPolicy> LoadDrawPolicy(const std::string& file) {
  v1::DrawPolicy message;
  RETURN_IF_ERROR(Load(file, "draw_policy.txtpb", message));
  domain::DrawPolicy policy;
  policy.version = message.version();
  policy.span_quarters = message.span_quarters();
  policy.visitors_per_unit = message.visitors_per_unit();
  for (const v1::StratumRule& rule : message.strata()) {
    domain::StratumRule stratum = {.code = rule.code(),
                                   .title = rule.title(),
                                   .case_kinds = {},
                                   .streets = {rule.streets().begin(), rule.streets().end()},
                                   .rate_percent = rule.rate_percent()};
    for (int kind : rule.case_kinds()) {
      stratum.case_kinds.push_back(static_cast<domain::CaseKind>(kind));
    }
    policy.strata.push_back(std::move(stratum));
  }
  RETURN_IF_ERROR(PrefixFields(domain::CheckPolicy(policy),
                               (file.empty() ? "draw_policy.txtpb" : file) + std::string(": ")));
  return policy;
}

}  // namespace rectify::followup::api
