#include "services/gateway/adapters/open311/mapping.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "open311_mapping.h"
#include "services/gateway/adapters/lead/lead_rpc.h"
#include "services/gateway/adapters/lead/local_time.h"
#include "services/gateway/adapters/lead/rules_file.h"
#include "services/gateway/adapters/lead/words.h"

namespace rectify::gateway::open311 {
namespace {

using hazard::v1::Lead;
using v1::LeadField;

bool IsCode(absl::string_view code) {
  return !code.empty() && std::all_of(code.begin(), code.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
}

absl::Status Validate(const v1::Open311Mapping& rules, absl::string_view file) {
  MappingCheck check(file);
  check.Require(rules.version() > 0, "version", "须为正数", "must be positive");
  check.Require(rules.source() != Lead::SOURCE_UNSPECIFIED, "source", "未写明", "is missing");
  LeadMapper::Check(rules.fields(), {LeadField::TARGET_TEXT, LeadField::TARGET_PLACE}, check);
  for (const LeadField& field : rules.fields()) {
    check.Require(field.target() != LeadField::TARGET_EXTERNAL_ID &&
                      field.target() != LeadField::TARGET_RECEIVE_TIME,
                  "fields", "不应有外部编号和接收时间",
                  "must make neither an external id nor a time");
  }
  std::set<std::string> codes;
  std::set<int> categories;
  for (const v1::Open311Service& service : rules.services()) {
    const std::string place = absl::StrCat("services[", service.code(), "]");
    check.RequireNew(codes, service.code(), absl::StrCat(place, ".code"));
    check.Require(IsCode(service.code()), absl::StrCat(place, ".code"), "只能用字母、数字、- 和 _",
                  "has other characters than letters, digits, - and _");
    check.Require(service.category() != Lead::CATEGORY_UNSPECIFIED &&
                      categories.insert(service.category()).second,
                  absl::StrCat(place, ".category"), "未写明或者重复", "is missing or there twice");
    check.Require(!service.name().empty(), absl::StrCat(place, ".name"), "为空", "is empty");
  }
  check.Require(categories.size() == static_cast<size_t>(Lead::Category_MAX), "services",
                "应当涵盖每一类线索", "must have one for each category of leads");
  check.RequireEveryState(rules.statuses(), "statuses");
  return check.Result();
}

// As a JSON number, which is how the standard has coordinates; null for what is no degree.
Json Degrees(const std::string& text, double most) {
  double value = 0;
  if (!absl::SimpleAtod(text, &value) || std::abs(value) > most) return nullptr;
  return value;
}

constexpr double kMostLatitude = 90, kMostLongitude = 180;

}  // namespace

Mapping::Mapping(v1::Open311Mapping rules) : rules_(std::move(rules)), mapper_(rules_.fields()) {}

absl::StatusOr<std::unique_ptr<Mapping>> Mapping::Parse(absl::string_view text,
                                                        absl::string_view file) {
  ASSIGN_OR_RETURN(auto rules, ParseRules<v1::Open311Mapping>(text, file, Validate));
  return std::unique_ptr<Mapping>(new Mapping(std::move(rules)));
}

absl::StatusOr<std::unique_ptr<Mapping>> Mapping::Load(const std::string& path) {
  ASSIGN_OR_RETURN(auto rules,
                   LoadRules<v1::Open311Mapping>(path, mapping::kEmbeddedFiles[0], Validate));
  return std::unique_ptr<Mapping>(new Mapping(std::move(rules)));
}

const v1::Open311Service* Mapping::FindService(absl::string_view code) const {
  for (const v1::Open311Service& service : rules_.services()) {
    if (service.code() == code) return &service;
  }
  return nullptr;
}

const v1::Open311Service& Mapping::ServiceOf(Lead::Category category) const {
  for (const v1::Open311Service& service : rules_.services()) {
    if (service.category() == category) return service;
  }
  return v1::Open311Service::default_instance();  // of a category that came after this program
}

const v1::Open311Status& Mapping::StatusOf(const Lead& lead) const {
  const auto* status = FindStage(rules_.statuses(), lead.state(), lead.outcome());
  return status == nullptr ? v1::Open311Status::default_instance() : *status;
}

bool Mapping::IsClosed(const Lead& lead) const { return StatusOf(lead).closed(); }

Json Mapping::ServiceAsJson(const v1::Open311Service& service) const {
  return {{"service_code", service.code()},
          {"service_name", service.name()},
          {"description", service.description()},
          {"metadata", false},
          {"type", "realtime"},
          {"keywords", absl::StrJoin(service.keywords(), ",")},
          {"group", service.group()}};
}

Json Mapping::LeadAsJson(const Lead& lead, std::optional<absl::Time> due) const {
  const v1::Open311Service& service = ServiceOf(lead.category());
  const v1::Open311Status& status = StatusOf(lead);
  const auto [description, media_url] = SplitMedia(lead.text());
  const auto [address, coordinates] = SplitCoordinates(lead.place());
  Json json = {{"service_request_id", RequestIdOf(lead)},
               {"status", status.closed() ? "closed" : "open"},
               {"status_notes", absl::StrReplaceAll(status.note(), {{"{reason}", lead.reason()}})},
               {"service_name", service.name()},
               {"service_code", service.code()},
               {"description", description},
               {"agency_responsible", rules_.agency()},
               {"service_notice", rules_.notice()},
               {"requested_datetime", ToZonedTime(rpc::ToTime(lead.receive_time()))},
               {"updated_datetime", ToZonedTime(rpc::ToTime(ChangeTimeOf(lead)))}};
  if (due) json["expected_datetime"] = ToZonedTime(*due);
  json["address"] = address;
  if (coordinates) {
    json["lat"] = Degrees(coordinates->y, kMostLatitude);
    json["long"] = Degrees(coordinates->x, kMostLongitude);
  }
  if (!media_url.empty()) json["media_url"] = media_url;
  return json;
}

absl::StatusOr<hazard::v1::CreateLeadRequest> Mapping::ToLead(const std::string& district,
                                                              const Record& report) const {
  const auto code = report.find("service_code");
  if (code == report.end() || code->second.empty()) {
    return FieldError("service_code", {"service_code 为必填项", "service_code is required"});
  }
  const v1::Open311Service* service = FindService(code->second);
  if (service == nullptr) return NotFoundError(absl::StrCat("service_code ", code->second));
  hazard::v1::CreateLeadRequest request;
  request.set_parent(absl::StrCat("districts/", district));
  request.mutable_lead()->set_source(rules_.source());
  request.mutable_lead()->set_category(service->category());
  // The standard lets a report say no more than its kind.
  Record complete = report;
  std::string& text = complete[mapper_.FieldOf(LeadField::TARGET_TEXT)];
  if (absl::StripAsciiWhitespace(text).empty()) text = service->name();
  RETURN_IF_ERROR(mapper_.Fill(complete, request));
  const auto coordinates = SplitCoordinates(request.lead().place()).second;
  if (coordinates) RETURN_IF_ERROR(CheckDegrees(*coordinates));
  return request;
}

absl::Status Mapping::CheckDegrees(const Coordinates& coordinates) const {
  for (const auto& [target, text, most] :
       {std::tuple(LeadField::TARGET_COORDINATE_X, coordinates.x, kMostLongitude),
        std::tuple(LeadField::TARGET_COORDINATE_Y, coordinates.y, kMostLatitude)}) {
    if (!Degrees(text, most).is_null()) continue;
    const std::string field = mapper_.FieldOf(target);
    return FieldError(field, {absl::StrCat(field, " 绝对值不应超过 ", most),
                              absl::StrCat(field, " must not be beyond ", most)});
  }
  return absl::OkStatus();
}

std::string RequestIdOf(const Lead& lead) { return lead.name().substr(lead.name().rfind('/') + 1); }

std::string LeadName(absl::string_view district, absl::string_view request_id) {
  return absl::StrCat("districts/", district, "/leads/", request_id);
}

}  // namespace rectify::gateway::open311
