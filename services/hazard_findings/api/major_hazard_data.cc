#include "services/hazard_findings/api/major_hazard_data.h"

#include <utility>

#include "hazard_major_rules.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/server.h"

namespace rectify::hazard::api {
namespace {

static_assert(static_cast<int>(domain::ClauseKind::kComprehensive) ==
              v1::MajorHazardRuleSet::Clause::KIND_COMPREHENSIVE);
static_assert(static_cast<int>(domain::VenueGroup::kOther) == v1::VENUE_GROUP_OTHER);

absl::StatusOr<domain::RuleSet> Checked(const v1::MajorHazardRuleSet& message,
                                        const std::string& file) {
  RETURN_IF_ERROR(PrefixFields(rpc::ValidateMessage(message), file + ": "));
  domain::RuleSet rules;
  rules.code = message.code();
  rules.title = message.title();
  rules.effective_date = rpc::ToCivilDay(message.effective_date());
  rules.incomplete = message.incomplete();
  rules.exclusions.assign(message.exclusions().begin(), message.exclusions().end());
  for (const auto& clause : message.clauses()) {
    rules.clauses.push_back({clause.code(),
                             clause.text(),
                             static_cast<domain::ClauseKind>(clause.kind()),
                             {clause.catalog_codes().begin(), clause.catalog_codes().end()}});
  }
  for (const auto& verdict : message.verdicts()) {
    domain::Verdict& own = rules.verdicts.emplace_back();
    own.code = verdict.code();
    own.text = verdict.text();
    own.threshold = verdict.threshold();
    own.clauses.assign(verdict.clauses().begin(), verdict.clauses().end());
    for (int group : verdict.groups()) own.groups.push_back(static_cast<domain::VenueGroup>(group));
  }
  return rules;
}

v1::MajorHazardRuleSet::Clause ClauseToProto(const domain::Clause& clause) {
  v1::MajorHazardRuleSet::Clause message;
  message.set_code(clause.code);
  message.set_text(clause.text);
  message.set_kind(static_cast<v1::MajorHazardRuleSet::Clause::Kind>(clause.kind));
  for (const std::string& code : clause.catalog_codes) message.add_catalog_codes(code);
  return message;
}

v1::MajorHazardRuleSet::Verdict VerdictToProto(const domain::Verdict& verdict) {
  v1::MajorHazardRuleSet::Verdict message;
  message.set_code(verdict.code);
  message.set_text(verdict.text);
  for (domain::VenueGroup group : verdict.groups) {
    message.add_groups(static_cast<v1::VenueGroup>(group));
  }
  message.set_threshold(verdict.threshold);
  for (const std::string& clause : verdict.clauses) message.add_clauses(clause);
  return message;
}

v1::MajorHazardSuggestion::Hit HitToProto(const domain::Suggestion::Hit& hit) {
  v1::MajorHazardSuggestion::Hit message;
  *message.mutable_clause() = ClauseToProto(*hit.clause);
  for (const std::string& finding : hit.findings) message.add_findings(finding);
  return message;
}

}  // namespace

absl::StatusOr<domain::RuleBook> LoadMajorHazardRules(const std::vector<std::string>& files) {
  std::vector<domain::RuleSet> editions;
  for (const auto& embedded : major_rules::kEmbeddedFiles) {
    const std::string name(embedded.name);
    v1::MajorHazardRuleSet message;
    RETURN_IF_ERROR(rpc::ParseTextProto(
        absl::string_view(embedded.content.data(), embedded.content.size()), name, message));
    ASSIGN_OR_RETURN(domain::RuleSet rules, Checked(message, name));
    editions.push_back(std::move(rules));
  }
  for (const std::string& file : files) {
    v1::MajorHazardRuleSet message;
    RETURN_IF_ERROR(rpc::ReadTextProto(file, message));
    ASSIGN_OR_RETURN(domain::RuleSet rules, Checked(message, file));
    editions.push_back(std::move(rules));
  }
  return domain::RuleBook::Create(std::move(editions));
}

v1::MajorHazardRuleSet ToProto(const domain::RuleSet& rules) {
  v1::MajorHazardRuleSet message;
  message.set_code(rules.code);
  message.set_title(rules.title);
  *message.mutable_effective_date() = rpc::ToDate(rules.effective_date);
  for (const domain::Clause& clause : rules.clauses) *message.add_clauses() = ClauseToProto(clause);
  for (const domain::Verdict& verdict : rules.verdicts) {
    *message.add_verdicts() = VerdictToProto(verdict);
  }
  for (const std::string& exclusion : rules.exclusions) message.add_exclusions(exclusion);
  message.set_incomplete(rules.incomplete);
  return message;
}

v1::MajorHazardSuggestion ToProto(const domain::Suggestion& suggestion) {
  v1::MajorHazardSuggestion message;
  message.set_rule_set(suggestion.rules->code);
  message.set_title(suggestion.rules->title);
  message.set_incomplete(suggestion.rules->incomplete);
  for (const auto& hit : suggestion.direct) *message.add_direct() = HitToProto(hit);
  for (const auto& hit : suggestion.comprehensive) *message.add_comprehensive() = HitToProto(hit);
  for (const auto& evaluation : suggestion.evaluations) {
    v1::MajorHazardSuggestion::Evaluation& entry = *message.add_evaluations();
    *entry.mutable_verdict() = VerdictToProto(*evaluation.verdict);
    entry.set_applies(evaluation.applies);
    for (const std::string& clause : evaluation.clauses) entry.add_clauses(clause);
    entry.set_reached(evaluation.reached);
  }
  message.set_suggested(suggestion.suggested);
  for (const std::string& exclusion : suggestion.rules->exclusions) {
    message.add_exclusions(exclusion);
  }
  return message;
}

}  // namespace rectify::hazard::api
