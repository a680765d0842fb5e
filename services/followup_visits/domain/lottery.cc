#include "services/followup_visits/domain/lottery.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/crypto/hash.h"

namespace rectify::followup::domain {

std::string SeedOf(absl::string_view commitment, const std::vector<std::string>& halves,
                   absl::string_view public_value) {
  std::vector<std::string> lines = {std::string(commitment)};
  lines.insert(lines.end(), halves.begin(), halves.end());
  lines.emplace_back(public_value);
  return crypto::Sha256(absl::StrJoin(lines, "\n"));
}

std::string NumberOf(absl::string_view seed, absl::string_view text) {
  return absl::BytesToHexString(crypto::HmacSha256(seed, text));
}

std::vector<std::string> AssignVisitors(absl::string_view seed, const FrameRow& row,
                                        const std::vector<std::string>& visitors, int count) {
  std::map<std::string, std::string> free;  // by number
  for (const std::string& visitor : visitors) {
    if (std::binary_search(row.barred.begin(), row.barred.end(), visitor)) continue;
    free[NumberOf(seed, absl::StrCat(row.unit, "/", visitor))] = visitor;
  }
  std::vector<std::string> assigned;
  for (const auto& [number, visitor] : free) {
    if (static_cast<int>(assigned.size()) == count) break;
    assigned.push_back(visitor);
  }
  return assigned;
}

std::vector<Place> DrawLots(absl::string_view seed, const Lottery& lottery) {
  // Whether it may wait, number, row.
  using Turn = std::tuple<bool, std::string, const FrameRow*>;
  std::map<std::string, std::vector<Turn>> turns;
  for (const FrameRow& row : lottery.rows) {
    if (lottery.excluded.count(row.unit) > 0) continue;
    turns[row.stratum].emplace_back(lottery.must.count(row.unit) == 0, NumberOf(seed, row.unit),
                                    &row);
  }
  std::vector<Place> places;
  for (const Stratum& stratum : lottery.strata) {
    std::vector<Turn>& order = turns[stratum.code];
    std::sort(order.begin(), order.end());
    int rank = 0;
    for (const auto& [may_wait, number, row] : order) {
      places.push_back(
          {.unit = row->unit,
           .stratum = stratum.code,
           .rank = rank,
           .drawn = rank < stratum.quota || !may_wait,
           .visitors = AssignVisitors(seed, *row, lottery.visitors, lottery.visitors_per_unit)});
      ++rank;
    }
  }
  return places;
}

}  // namespace rectify::followup::domain
