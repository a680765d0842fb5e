#include "services/gateway/adapters/grid/mapping.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "grid_mapping.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/gateway/adapters/lead/lead_rpc.h"
#include "services/gateway/adapters/lead/local_time.h"
#include "services/gateway/adapters/lead/rules_file.h"
#include "services/gateway/transcode/json_tree.h"

namespace rectify::gateway::grid {
namespace {

using hazard::v1::Lead;
using v1::GridField;
using v1::LeadField;

void CheckCategories(const v1::GridMapping& rules, MappingCheck& check) {
  check.Require(rules.default_category() != Lead::CATEGORY_UNSPECIFIED, "default_category",
                "未写明", "is missing");
  for (const v1::CategoryRule& rule : rules.categories()) {
    const std::string place = absl::StrCat("categories[", rule.field(), "]");
    check.Require(!rule.field().empty() && rule.values_size() > 0, place, "没有字段或者取值",
                  "has no field or no values");
    check.Require(rule.category() != Lead::CATEGORY_UNSPECIFIED, absl::StrCat(place, ".category"),
                  "未写明", "is missing");
  }
}

void CheckOut(const v1::GridMapping& rules, MappingCheck& check) {
  std::set<std::string> names, counters;
  for (const GridField& field : rules.out_fields()) {
    const std::string place = absl::StrCat("out_fields[", field.field(), "]");
    check.RequireNew(names, field.field(), place);
    check.Require(field.text().empty() || field.value() == GridField::VALUE_UNSPECIFIED, place,
                  "既有取值又有常量", "has both a value and a constant");
  }
  for (const std::string& counter : rules.counters()) {
    check.RequireNew(names, counter, absl::StrCat("counters[", counter, "]"));
    counters.insert(counter);
  }
  for (const v1::GridStage& stage : rules.stages()) {
    const std::string place = absl::StrCat("stages[", Lead::State_Name(stage.state()), "]");
    check.Require(stage.id() > 0 && !stage.name().empty(), place, "缺少编号或者名称",
                  "lacks an id or a name");
    for (const std::string& counter : stage.counters()) {
      check.Require(counters.contains(counter), absl::StrCat(place, ".counters"),
                    absl::StrCat("中 ", counter, " 未列入 counters"),
                    absl::StrCat("has ", counter, ", which counters does not list"));
    }
  }
  check.RequireEveryState(rules.stages(), "stages");
}

absl::Status Validate(const v1::GridMapping& rules, absl::string_view file) {
  MappingCheck check(file);
  check.Require(rules.version() > 0, "version", "须为正数", "must be positive");
  check.Require(rules.source() != Lead::SOURCE_UNSPECIFIED, "source", "未写明", "is missing");
  LeadMapper::Check(
      rules.fields(),
      {LeadField::TARGET_EXTERNAL_ID, LeadField::TARGET_TEXT, LeadField::TARGET_PLACE}, check);
  for (const LeadField& field : rules.fields()) {
    check.Require(field.target() < LeadField::TARGET_COMPLAINANT_NAME, "fields", "不应有举报人",
                  "must make no complainant");
  }
  CheckCategories(rules, check);
  CheckOut(rules, check);
  return check.Result();
}

absl::Status BadData(absl::string_view field, absl::string_view zh, absl::string_view en) {
  return FieldError(field, {absl::StrCat(field, " ", zh), absl::StrCat(field, " ", en)});
}

Json NumberOr(const std::string& text) {
  int64_t number = 0;
  // Written again as it was: not "007", and nothing that JavaScript rounds.
  constexpr int64_t kSafe = (int64_t{1} << 53) - 1;
  if (absl::SimpleAtoi(text, &number) && absl::StrCat(number) == text && number <= kSafe &&
      number >= -kSafe) {
    return number;
  }
  return text;
}

std::string ValueOf(const GridField& field, const Lead& lead, const v1::GridStage& stage) {
  switch (field.value()) {
    case GridField::VALUE_EXTERNAL_ID:
      return lead.external_id();
    case GridField::VALUE_LEAD:
      return lead.name();
    case GridField::VALUE_DISTRICT: {
      constexpr absl::string_view kPrefix = "districts/";
      return lead.name().substr(kPrefix.size(),
                                lead.name().find('/', kPrefix.size()) - kPrefix.size());
    }
    case GridField::VALUE_RECEIVE_TIME:
      return ToLocalTime(lead.receive_time());
    case GridField::VALUE_CHANGE_TIME:
      return ToLocalTime(ChangeTimeOf(lead));
    case GridField::VALUE_END_TIME:
      return ToLocalTime(lead.end_time());
    case GridField::VALUE_STAGE_ID:
      return absl::StrCat(stage.id());
    case GridField::VALUE_STAGE_NAME:
      return stage.name();
    case GridField::VALUE_REASON:
      return lead.reason();
    default:
      return field.text();
  }
}

}  // namespace

Mapping::Mapping(v1::GridMapping rules) : rules_(std::move(rules)), mapper_(rules_.fields()) {}

absl::StatusOr<std::unique_ptr<Mapping>> Mapping::Parse(absl::string_view text,
                                                        absl::string_view file) {
  ASSIGN_OR_RETURN(auto rules, ParseRules<v1::GridMapping>(text, file, Validate));
  return std::unique_ptr<Mapping>(new Mapping(std::move(rules)));
}

absl::StatusOr<std::unique_ptr<Mapping>> Mapping::Load(const std::string& path) {
  ASSIGN_OR_RETURN(auto rules,
                   LoadRules<v1::GridMapping>(path, mapping::kEmbeddedFiles[0], Validate));
  return std::unique_ptr<Mapping>(new Mapping(std::move(rules)));
}

bool Mapping::Uses(const std::string& field) const {
  return mapper_.Uses(field) ||
         std::any_of(rules_.categories().begin(), rules_.categories().end(),
                     [&](const v1::CategoryRule& rule) { return rule.field() == field; });
}

Lead::Category Mapping::CategoryOf(const Record& record) const {
  for (const v1::CategoryRule& rule : rules_.categories()) {
    const auto value = record.find(rule.field());
    if (value != record.end() && std::find(rule.values().begin(), rule.values().end(),
                                           value->second) != rule.values().end()) {
      return rule.category();
    }
  }
  return rules_.default_category();
}

absl::Status Mapping::ReadFields(const nlohmann::json& object, Record& record, int& ignored) const {
  absl::Status verdict;
  for (const auto& [name, value] : object.items()) {
    if (!Uses(name)) {
      ++ignored;
    } else if (value.is_string()) {
      record[name] = value.get<std::string>();
    } else if (value.is_number_integer() ||
               (value.is_number() && mapper_.IsCoordinateField(name))) {
      // A fraction elsewhere would be an id that was rounded on its way.
      record[name] = value.dump();
    } else if (!value.is_null() && verdict.ok()) {
      verdict = BadData(name, "须为文本或者整数", "must be a text or a whole number");
    }
  }
  return verdict;
}

absl::StatusOr<hazard::v1::CreateLeadRequest> Mapping::ToLead(const std::string& district,
                                                              const nlohmann::json& object,
                                                              Record& record, int& ignored) const {
  RETURN_IF_ERROR(ReadFields(object, record, ignored));
  hazard::v1::CreateLeadRequest request;
  request.set_parent(absl::StrCat("districts/", district));
  request.mutable_lead()->set_source(rules_.source());
  request.mutable_lead()->set_category(CategoryOf(record));
  RETURN_IF_ERROR(mapper_.Fill(record, request));
  if (request.lead().external_id().empty()) {
    return BadData(mapper_.FieldOf(LeadField::TARGET_EXTERNAL_ID), "为必填项", "is required");
  }
  return request;
}

absl::StatusOr<Batch> Mapping::ReadRecords(const std::string& district,
                                           absl::string_view data) const {
  ASSIGN_OR_RETURN(const nlohmann::json tree, ParseJson(data, "data"));
  if (!tree.is_array()) return BadData("data", "须为数组", "must be a list");
  if (tree.size() > kMostRecords) {
    return BadData("data", absl::StrCat("一次最多 ", kMostRecords, " 条记录"),
                   absl::StrCat("has more than ", kMostRecords, " records"));
  }
  Batch batch;
  for (size_t i = 0; i < tree.size(); ++i) {
    const std::string place = absl::StrCat("data[", i, "]");
    if (!tree[i].is_object()) return BadData(place, "须为对象", "must be an object");
    Record record;
    Incoming incoming;
    incoming.request = ToLead(district, tree[i], record, batch.ignored);
    if (!incoming.request.ok()) {
      incoming.request = PrefixFields(incoming.request.status(), place);
    }
    incoming.rec_id = record[mapper_.FieldOf(LeadField::TARGET_EXTERNAL_ID)];
    batch.records.push_back(std::move(incoming));
  }
  return batch;
}

Json Mapping::LeadAsRecord(const Lead& lead) const {
  const auto* found = FindStage(rules_.stages(), lead.state(), lead.outcome());
  const v1::GridStage& stage = found == nullptr ? v1::GridStage::default_instance() : *found;
  Json record = Json::object();
  for (const GridField& field : rules_.out_fields()) {
    const std::string value = ValueOf(field, lead, stage);
    record[field.field()] = field.number() ? NumberOr(value) : Json(value);
  }
  for (const std::string& counter : rules_.counters()) {
    const auto& ones = stage.counters();
    record[counter] = std::find(ones.begin(), ones.end(), counter) == ones.end() ? 0 : 1;
  }
  return record;
}

}  // namespace rectify::gateway::grid
