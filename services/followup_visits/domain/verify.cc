#include "services/followup_visits/domain/verify.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "services/followup_visits/domain/draw_policy.h"

namespace rectify::followup::domain {
namespace {

std::string If(bool wrong, absl::string_view problem) {
  return wrong ? std::string(problem) : std::string();
}

// The rest of a quota, what the span adds, rests on facts that the record does not tell.
std::string CheckQuotas(const DrawRecord& record) {
  std::map<std::string, int> sizes;
  std::map<std::string, std::string> strata;  // by unit
  for (const FrameRow& row : record.frame) {
    ++sizes[row.stratum];
    strata[row.unit] = row.stratum;
  }
  for (const Pick& pick : record.committed.excluded) {
    const auto stratum = strata.find(pick.unit);
    if (stratum == strata.end()) return absl::StrCat("排除的 ", pick.unit, " 不在抽样框内");
    --sizes[stratum->second];
  }
  for (const Stratum& stratum : record.committed.strata) {
    const int size = sizes[stratum.code];
    sizes.erase(stratum.code);
    if (stratum.size != size) return absl::StrCat(stratum.title, "层的对象数应为 ", size);
    if (stratum.quota < RateQuota(stratum.rate_percent, size) || stratum.quota > size) {
      return absl::StrCat(stratum.title, "层的应抽数不符合比例");
    }
  }
  return If(!sizes.empty(), "有回访对象不属于任何抽样层");
}

std::string CheckFrame(const DrawRecord& record) {
  for (size_t i = 1; i < record.frame.size(); ++i) {
    if (record.frame[i - 1].unit >= record.frame[i].unit) {
      return absl::StrCat("第", i + 1, "行未按编号排序或重复");
    }
  }
  if (FrameHash(record.frame) != record.committed.frame_hash ||
      static_cast<int>(record.frame.size()) != record.committed.frame_size) {
    return "抽样框与冻结时的散列不符：有回访对象被改动、增加或删去";
  }
  return CheckQuotas(record);
}

std::string CheckSeed(const DrawRecord& record) {
  std::vector<std::string> officials;
  for (const Half& half : record.halves) {
    officials.push_back(half.official);
    // An abandoned draw may leave halves unrevealed.
    if (half.value.empty() && !record.abandon_reason.empty()) continue;
    if (HashOf(half.value) != half.commitment) {
      return absl::StrCat(half.official, " 公开的值与其承诺不符");
    }
  }
  return If(officials != record.committed.officials, "种子提供人不是冻结时指定的人员");
}

std::string CheckSample(const DrawRecord& record) {
  if (!record.abandon_reason.empty()) {
    return If(!record.sample.empty(), "已放弃的抽取不应有结果");
  }
  std::vector<std::string> values;
  for (const Half& half : record.halves) values.push_back(half.value);
  const std::string seed = SeedOf(record.commitment, values, record.public_value);
  size_t at = 0;
  for (const Place& place : DrawLots(seed, LotteryOf(record.committed, record.frame))) {
    if (!place.drawn) continue;
    if (at == record.sample.size() || record.sample[at].unit != place.unit ||
        record.sample[at].stratum != place.stratum ||
        record.sample[at].visitors != place.visitors) {
      return absl::StrCat("第", at + 1, "个结果应为 ", place.unit);
    }
    ++at;
  }
  return If(at != record.sample.size(), "结果多于应抽取的数量");
}

std::string CheckRecusal(const DrawRecord& record) {
  for (const Place& place : record.sample) {
    const auto row = std::find_if(record.frame.begin(), record.frame.end(),
                                  [&](const FrameRow& each) { return each.unit == place.unit; });
    if (row == record.frame.end()) return absl::StrCat(place.unit, " 不在抽样框内");
    if (static_cast<int>(place.visitors.size()) < record.committed.visitors_per_unit) {
      return absl::StrCat(place.unit, " 的回访人员不足");
    }
    for (const std::string& visitor : place.visitors) {
      if (std::find(row->barred.begin(), row->barred.end(), visitor) != row->barred.end()) {
        return absl::StrCat(visitor, " 与 ", place.unit, " 有利害关系，应当回避");
      }
    }
  }
  return "";
}

std::string CheckFacts(const Ledger& ledger, const DrawRecord& record) {
  for (const FrameRow& row : record.frame) {
    const auto found = ledger.facts.find(row.unit);
    if (found == ledger.facts.end()) return absl::StrCat(row.unit, " 已不存在");
    if (found->second != row.facts) return absl::StrCat(row.unit, " 的内容在冻结后被改动");
  }
  return "";
}

}  // namespace

std::vector<Check> CheckRecord(const DrawRecord& record, absl::string_view document) {
  return {{"FORM", If(WriteRecord(record) != document, "不是规范格式，或含有多余内容")},
          {"FRAME", CheckFrame(record)},
          {"COMMITMENT", If(CommitmentOf(record.committed) != record.commitment,
                            "承诺散列与冻结时固定的内容不符")},
          {"SEED", CheckSeed(record)},
          {"SAMPLE", CheckSample(record)},
          {"RECUSAL", CheckRecusal(record)}};
}

std::vector<Check> CheckAgainst(const Ledger& ledger, const DrawRecord& record,
                                absl::string_view document) {
  return {{"LEDGER", If(ledger.record_hash != HashOf(document),
                        "与本服务公布的同号记录不一致：同一编号另有一次抽取")},
          {"CHAIN", If(ledger.previous_record_hash != record.committed.previous,
                       "与上一号记录不衔接：有抽取被隐瞒或替换")},
          {"FACTS", CheckFacts(ledger, record)}};
}

}  // namespace rectify::followup::domain
