#include "services/gateway/adapters/lead/lead_mapper.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "services/gateway/adapters/lead/local_time.h"
#include "services/gateway/adapters/lead/words.h"

namespace rectify::gateway {
namespace {

using v1::LeadField;

struct RequestField {
  const char* path;
  LeadField::Target target;
};
// What the services call the fields that a mapping makes.
constexpr RequestField kRequestFields[] = {
    {"lead.external_id", LeadField::TARGET_EXTERNAL_ID},
    {"lead.text", LeadField::TARGET_TEXT},
    {"lead.place", LeadField::TARGET_PLACE},
    {"lead.receive_time", LeadField::TARGET_RECEIVE_TIME},
    {"complainant.display_name", LeadField::TARGET_COMPLAINANT_NAME},
    {"complainant.phone", LeadField::TARGET_COMPLAINANT_PHONE},
    {"complainant.address", LeadField::TARGET_COMPLAINANT_ADDRESS}};

bool MayHaveParts(LeadField::Target target) {
  return target == LeadField::TARGET_TEXT || target == LeadField::TARGET_PLACE ||
         target >= LeadField::TARGET_COMPLAINANT_NAME;
}

// Their line ends, as all our texts have them.
std::string WithPlainLines(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\r\n", "\n"}, {"\r", "\n"}});
}

absl::Status BadValue(absl::string_view field, absl::string_view zh, absl::string_view en) {
  return FieldError(field, {absl::StrCat(field, " ", zh), absl::StrCat(field, " ", en)});
}

}  // namespace

LeadMapper::LeadMapper(const Fields& fields) {
  for (const LeadField& field : fields) {
    by_target_[field.target()] = &field;
    for (const v1::FieldPart& part : field.parts()) used_.insert(part.field());
  }
}

void LeadMapper::Check(const Fields& fields, const std::set<LeadField::Target>& required,
                       MappingCheck& check) {
  std::set<LeadField::Target> made;
  for (const LeadField& field : fields) {
    const std::string place = absl::StrCat("fields[", LeadField::Target_Name(field.target()), "]");
    check.Require(
        field.target() != LeadField::TARGET_UNSPECIFIED && made.insert(field.target()).second,
        place, "未写明或者重复", "names no target, or one twice");
    check.Require(
        field.parts_size() == 1 || (field.parts_size() > 1 && MayHaveParts(field.target())),
        absl::StrCat(place, ".parts"), "个数不符", "has too few or too many parts");
    std::set<std::string> names;
    for (const v1::FieldPart& part : field.parts()) {
      check.RequireNew(names, part.field(), absl::StrCat(place, ".parts.field"));
    }
  }
  for (const LeadField::Target target : required) {
    check.Require(made.contains(target), "fields",
                  absl::StrCat("缺少 ", LeadField::Target_Name(target)),
                  absl::StrCat("lacks ", LeadField::Target_Name(target)));
  }
  check.Require(made.contains(LeadField::TARGET_COORDINATE_X) ==
                    made.contains(LeadField::TARGET_COORDINATE_Y),
                "fields", "两个坐标应当成对", "has one coordinate without the other");
}

bool LeadMapper::IsCoordinateField(const std::string& field) const {
  return field == FieldOf(LeadField::TARGET_COORDINATE_X) ||
         field == FieldOf(LeadField::TARGET_COORDINATE_Y);
}

std::string LeadMapper::FieldOf(LeadField::Target target) const {
  const auto found = by_target_.find(target);
  return found == by_target_.end() ? "" : found->second->parts(0).field();
}

std::string LeadMapper::Make(LeadField::Target target, const Record& record) const {
  const auto found = by_target_.find(target);
  if (found == by_target_.end()) return "";
  std::string made;
  for (const v1::FieldPart& part : found->second->parts()) {
    const auto value = record.find(part.field());
    if (value == record.end()) continue;
    const std::string text = WithPlainLines(value->second);
    if (absl::StripAsciiWhitespace(text).empty()) continue;
    absl::StrAppend(&made, part.prefix(), absl::StripAsciiWhitespace(text), part.suffix());
  }
  return std::string(absl::StripAsciiWhitespace(made));
}

absl::Status LeadMapper::FillPlace(const Record& record, hazard::v1::Lead& lead) const {
  lead.set_place(Make(LeadField::TARGET_PLACE, record));
  const Coordinates coordinates = {Make(LeadField::TARGET_COORDINATE_X, record),
                                   Make(LeadField::TARGET_COORDINATE_Y, record)};
  if (coordinates.x.empty() && coordinates.y.empty()) return absl::OkStatus();
  for (const auto& [target, value] : {std::pair(LeadField::TARGET_COORDINATE_X, coordinates.x),
                                      std::pair(LeadField::TARGET_COORDINATE_Y, coordinates.y)}) {
    if (value.empty()) {
      return BadValue(FieldOf(target), "两个坐标应当成对", "is needed beside the other coordinate");
    }
    if (!IsCoordinate(value)) {
      return BadValue(FieldOf(target), "须为十进制数", "must be a decimal number");
    }
  }
  lead.set_place(WithCoordinates(lead.place(), coordinates));
  return absl::OkStatus();
}

absl::Status LeadMapper::Fill(const Record& record, hazard::v1::CreateLeadRequest& request) const {
  hazard::v1::Lead& lead = *request.mutable_lead();
  lead.set_external_id(Make(LeadField::TARGET_EXTERNAL_ID, record));
  lead.set_text(Make(LeadField::TARGET_TEXT, record));
  RETURN_IF_ERROR(FillPlace(record, lead));
  if (const std::string url = Make(LeadField::TARGET_MEDIA_URL, record); !url.empty()) {
    if (std::any_of(url.begin(), url.end(),
                    [](unsigned char c) { return absl::ascii_isspace(c); })) {
      return BadValue(FieldOf(LeadField::TARGET_MEDIA_URL), "不应含有空白", "has white space");
    }
    lead.set_text(WithMedia(lead.text(), url));
  }
  if (const std::string time = Make(LeadField::TARGET_RECEIVE_TIME, record); !time.empty()) {
    ASSIGN_OR_RETURN(const absl::Time received,
                     ParseLocalTime(time, FieldOf(LeadField::TARGET_RECEIVE_TIME)));
    *lead.mutable_receive_time() = rpc::ToTimestamp(received);
  }
  hazard::v1::Complainant who;
  who.set_display_name(Make(LeadField::TARGET_COMPLAINANT_NAME, record));
  who.set_phone(Make(LeadField::TARGET_COMPLAINANT_PHONE, record));
  who.set_address(Make(LeadField::TARGET_COMPLAINANT_ADDRESS, record));
  if (who.ByteSizeLong() > 0) *request.mutable_complainant() = std::move(who);
  return absl::OkStatus();
}

absl::Status LeadMapper::InTheirWords(const absl::Status& status) const {
  std::optional<ErrorDetail> detail = DetailOf(status);
  if (!detail) return status;
  std::vector<std::pair<std::string, std::string>> names;
  for (const RequestField& field : kRequestFields) {
    if (std::string theirs = FieldOf(field.target); !theirs.empty()) {
      names.emplace_back(field.path, std::move(theirs));
    }
  }
  const auto translate = [&](std::string& text) { text = absl::StrReplaceAll(text, names); };
  const auto translate_both = [&](Text& text) {
    translate(text.zh);
    translate(text.en);
  };
  translate_both(detail->text);
  for (auto& [key, value] : detail->metadata) translate(value);
  for (FieldViolation& violation : detail->violations) {
    translate(violation.field);
    translate_both(violation.text);
  }
  return MakeError(status.code(), *std::move(detail));
}

}  // namespace rectify::gateway
