#include "services/followup_visits/api/data_files.h"

#include <utility>

#include "followup_data.h"
#include "followup_questionnaires.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/server.h"
#include "rectify/followup/v1/draw.pb.h"
#include "rectify/followup/v1/lead.pb.h"
#include "rectify/followup/v1/visit.pb.h"

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

absl::StatusOr<domain::Questionnaire> Checked(const v1::Questionnaire& message,
                                              const std::string& file) {
  RETURN_IF_ERROR(PrefixFields(rpc::ValidateMessage(message), file + ": "));
  if (!message.has_effective_date()) {
    return FieldError(file + ": effective_date",
                      {file + ": effective_date 必填", file + ": effective_date is required"});
  }
  domain::Questionnaire questionnaire;
  questionnaire.version = message.version();
  questionnaire.effective_date = rpc::ToCivilDay(message.effective_date());
  questionnaire.title = message.title();
  for (const v1::QuestionItem& item : message.items()) {
    questionnaire.items.push_back({.code = item.code(),
                                   .text = item.text(),
                                   .kind = static_cast<domain::QuestionKind>(item.kind()),
                                   .adverse_answer = item.adverse_answer(),
                                   .required = item.required()});
  }
  return questionnaire;
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

absl::StatusOr<int> LoadSmallestCell(const std::string& file) {
  v1::AnalysisPolicy message;
  RETURN_IF_ERROR(Load(file, "analysis_policy.txtpb", message));
  if (message.smallest_cell() >= 2 && message.smallest_cell() <= 100) {
    return message.smallest_cell();
  }
  return FieldError("smallest_cell",
                    {"smallest_cell 应为2到100", "smallest_cell must be 2 to 100"});
}

absl::StatusOr<std::vector<domain::Questionnaire>> LoadQuestionnaires(
    const std::vector<std::string>& files) {
  std::vector<domain::Questionnaire> versions;
  const auto add = [&](const v1::Questionnaire& message, const std::string& name) -> absl::Status {
    ASSIGN_OR_RETURN(domain::Questionnaire questionnaire, Checked(message, name));
    versions.push_back(std::move(questionnaire));
    return absl::OkStatus();
  };
  for (const auto& embedded : questionnaires::kEmbeddedFiles) {
    const std::string name(embedded.name);
    v1::Questionnaire message;
    RETURN_IF_ERROR(rpc::ParseTextProto(
        absl::string_view(embedded.content.data(), embedded.content.size()), name, message));
    RETURN_IF_ERROR(add(message, name));
  }
  for (const std::string& file : files) {
    v1::Questionnaire message;
    RETURN_IF_ERROR(rpc::ReadTextProto(file, message));
    RETURN_IF_ERROR(add(message, file));
  }
  RETURN_IF_ERROR(PrefixFields(domain::CheckQuestionnaires(versions), "questionnaires: "));
  return versions;
}

}  // namespace rectify::followup::api
