#include "services/followup_visits/domain/draw_record.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"

namespace rectify::followup::domain {
namespace {

using Json = nlohmann::json;  // keeps its keys sorted

constexpr char kDrawn[] = "DRAWN";
constexpr char kAbandoned[] = "ABANDONED";

Json ToJson(const std::vector<Pick>& picks) {
  Json list = Json::array();
  for (const Pick& pick : picks) list.push_back({{"unit", pick.unit}, {"reason", pick.reason}});
  return list;
}

std::vector<Pick> ToPicks(const Json& list) {
  std::vector<Pick> picks;
  for (const Json& each : list) {
    picks.push_back({each.at("unit").get<std::string>(), each.at("reason").get<std::string>()});
  }
  return picks;
}

Json ToJson(const Terms& terms) {
  Json strata = Json::array();
  for (const Stratum& stratum : terms.strata) {
    strata.push_back({{"code", stratum.code},
                      {"title", stratum.title},
                      {"rate_percent", stratum.rate_percent},
                      {"size", stratum.size},
                      {"quota", stratum.quota}});
  }
  Json json = {{"district", terms.district},
               {"draw", terms.draw},
               {"number", terms.number},
               {"previous", terms.previous},
               {"quarter", terms.quarter},
               {"freeze_time", terms.freeze_time},
               {"policy_version", terms.policy_version},
               {"span_quarters", terms.span_quarters},
               {"visitors_per_unit", terms.visitors_per_unit},
               {"frame_hash", terms.frame_hash},
               {"frame_size", terms.frame_size},
               {"strata", std::move(strata)},
               {"forced", ToJson(terms.forced)},
               {"excluded", ToJson(terms.excluded)},
               {"due", terms.due},
               {"visitors", terms.visitors},
               {"officials", terms.officials},
               {"public_source", terms.public_source}};
  // Left out when there is none, as in the records from before a frame could be limited.
  if (!terms.case_kinds.empty()) json["case_kinds"] = terms.case_kinds;
  if (!terms.streets.empty()) json["streets"] = terms.streets;
  return json;
}

Terms ToTerms(const Json& json) {
  Terms terms;
  json.at("district").get_to(terms.district);
  json.at("draw").get_to(terms.draw);
  json.at("number").get_to(terms.number);
  json.at("previous").get_to(terms.previous);
  json.at("quarter").get_to(terms.quarter);
  json.at("freeze_time").get_to(terms.freeze_time);
  json.at("policy_version").get_to(terms.policy_version);
  json.at("span_quarters").get_to(terms.span_quarters);
  json.at("visitors_per_unit").get_to(terms.visitors_per_unit);
  json.at("frame_hash").get_to(terms.frame_hash);
  json.at("frame_size").get_to(terms.frame_size);
  for (const Json& each : json.at("strata")) {
    terms.strata.push_back({.code = each.at("code").get<std::string>(),
                            .title = each.at("title").get<std::string>(),
                            .rate_percent = each.at("rate_percent").get<int>(),
                            .size = each.at("size").get<int>(),
                            .quota = each.at("quota").get<int>()});
  }
  terms.forced = ToPicks(json.at("forced"));
  terms.excluded = ToPicks(json.at("excluded"));
  json.at("due").get_to(terms.due);
  json.at("visitors").get_to(terms.visitors);
  json.at("officials").get_to(terms.officials);
  json.at("public_source").get_to(terms.public_source);
  terms.case_kinds = json.value("case_kinds", terms.case_kinds);
  terms.streets = json.value("streets", terms.streets);
  return terms;
}

DrawRecord ToRecord(const Json& json) {
  DrawRecord record;
  record.committed = ToTerms(json.at("committed"));
  json.at("commitment").get_to(record.commitment);
  for (const Json& line : json.at("frame"))
    record.frame.push_back(ParseFrameLine(line.get<std::string>()));
  for (const Json& each : json.at("halves")) {
    record.halves.push_back({.official = each.at("official").get<std::string>(),
                             .commitment = each.at("commitment").get<std::string>(),
                             .value = each.at("value").get<std::string>()});
  }
  json.at("public_value").get_to(record.public_value);
  json.at("abandon_reason").get_to(record.abandon_reason);
  json.at("finish_time").get_to(record.finish_time);
  for (const Json& each : json.at("sample")) {
    Place place;
    each.at("unit").get_to(place.unit);
    each.at("stratum").get_to(place.stratum);
    each.at("visitors").get_to(place.visitors);
    place.drawn = true;
    record.sample.push_back(std::move(place));
  }
  return record;
}

absl::Status NoRecord(absl::string_view why) {
  return FieldError("record", {absl::StrCat("record 不是抽取记录：", why),
                               absl::StrCat("record is no draw record: ", why)});
}

// nlohmann reports a missing or mistyped member by an exception.
template <typename T, typename Convert>
absl::StatusOr<T> Read(absl::string_view text, Convert convert) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return NoRecord("JSON");
  try {
    return convert(json);
  } catch (const Json::exception& error) {
    return NoRecord(error.what());
  }
}

}  // namespace

std::string FrameLine(const FrameRow& row) {
  return absl::StrCat(row.unit, "\t", row.stratum, "\t", absl::StrJoin(row.barred, ","), "\t",
                      row.facts);
}

FrameRow ParseFrameLine(absl::string_view line) {
  const std::vector<std::string> fields = absl::StrSplit(line, '\t');
  if (fields.size() != 4) return {};
  return {.unit = fields[0],
          .stratum = fields[1],
          .barred = absl::StrSplit(fields[2], ',', absl::SkipEmpty()),
          .facts = fields[3]};
}

std::string FrameHash(const std::vector<FrameRow>& rows) {
  std::string text;
  for (const FrameRow& row : rows) absl::StrAppend(&text, FrameLine(row), "\n");
  return HashOf(text);
}

std::string HashOf(absl::string_view document) {
  return absl::BytesToHexString(crypto::Sha256(document));
}

std::string WriteTerms(const Terms& terms) { return ToJson(terms).dump(); }

absl::StatusOr<Terms> ReadTerms(absl::string_view json) { return Read<Terms>(json, ToTerms); }

std::string CommitmentOf(const Terms& terms) { return HashOf(WriteTerms(terms)); }

std::string WriteRecord(const DrawRecord& record) {
  Json frame = Json::array();
  for (const FrameRow& row : record.frame) frame.push_back(FrameLine(row));
  Json halves = Json::array();
  for (const Half& half : record.halves) {
    halves.push_back(
        {{"official", half.official}, {"commitment", half.commitment}, {"value", half.value}});
  }
  Json sample = Json::array();
  for (const Place& place : record.sample) {
    sample.push_back(
        {{"unit", place.unit}, {"stratum", place.stratum}, {"visitors", place.visitors}});
  }
  const Json json = {{"format", "rectify draw v1"},
                     {"committed", ToJson(record.committed)},
                     {"commitment", record.commitment},
                     {"frame", std::move(frame)},
                     {"halves", std::move(halves)},
                     {"public_value", record.public_value},
                     {"state", record.abandon_reason.empty() ? kDrawn : kAbandoned},
                     {"abandon_reason", record.abandon_reason},
                     {"finish_time", record.finish_time},
                     {"sample", std::move(sample)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<DrawRecord> ReadRecord(absl::string_view json) {
  return Read<DrawRecord>(json, ToRecord);
}

Lottery LotteryOf(const Terms& terms, const std::vector<FrameRow>& frame) {
  Lottery lottery;
  lottery.rows = frame;
  lottery.strata = terms.strata;
  lottery.must.insert(terms.due.begin(), terms.due.end());
  for (const Pick& pick : terms.forced) lottery.must.insert(pick.unit);
  for (const Pick& pick : terms.excluded) lottery.excluded.insert(pick.unit);
  lottery.visitors = terms.visitors;
  lottery.visitors_per_unit = terms.visitors_per_unit;
  return lottery;
}

}  // namespace rectify::followup::domain
