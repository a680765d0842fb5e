#include "services/venue_registry/domain/duplicates.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "libs/base/text.h"
#include "services/venue_registry/domain/datum.h"

namespace rectify::venue::domain {
namespace {

constexpr double kNearName = 0.6;  // likeness from which a name counts
constexpr double kCodeWeight = 0.6, kNameWeight = 0.6, kAddressWeight = 0.5, kPointWeight = 0.4;
constexpr size_t kRegionCharacters = 4;  // 天津市, 东丽区: the mark is the third or fourth

std::vector<std::string> Characters(absl::string_view text) {
  std::vector<std::string> characters;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    characters.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return characters;
}

// Cuts up to the first 省, 市, 区 or 县 when that stands where a region's name ends.
void CutRegion(std::string& name) {
  const std::vector<std::string> characters = Characters(name);
  size_t bytes = 0;
  for (size_t i = 0; i < characters.size() && i < kRegionCharacters; ++i) {
    bytes += characters[i].size();
    const std::string& mark = characters[i];
    if (i >= 2 && bytes < name.size() &&
        (mark == "省" || mark == "市" || mark == "区" || mark == "县")) {
      name.erase(0, bytes);
      return;
    }
  }
}

void CutForm(std::string& name) {
  absl::string_view rest = name;
  for (absl::string_view form : {"分公司", "股份有限公司", "有限责任公司", "有限公司", "公司"}) {
    if (rest.size() > form.size() && absl::ConsumeSuffix(&rest, form)) break;
  }
  name = std::string(rest);
}

// Brackets mostly hold a region or 集团.
void CutBrackets(std::string& name) {
  for (size_t open; (open = name.find('(')) != std::string::npos;) {
    const size_t close = name.find(')', open);
    if (close == std::string::npos) return;
    name.erase(open, close - open + 1);
  }
}

bool SameAddress(const VenueFields& a, const VenueFields& b) {
  const auto plain = [](const std::string& address) {
    return absl::StrReplaceAll(FoldName(address), {{" ", ""}, {"-", ""}});
  };
  return a.street_code == b.street_code && plain(a.address) == plain(b.address);
}

}  // namespace

std::string CoreName(absl::string_view name) {
  const std::string folded = FoldName(name);
  std::string core = absl::StrReplaceAll(folded, {{" ", ""}, {"·", ""}, {"-", ""}});
  CutBrackets(core);
  CutRegion(core);
  CutRegion(core);
  CutForm(core);
  return core.empty() ? folded : core;
}

std::vector<std::string> CoreTerms(absl::string_view core) {
  const std::vector<std::string> characters = Characters(core);
  std::vector<std::string> terms;
  for (size_t i = 1; i < characters.size(); ++i) {
    terms.push_back(characters[i - 1] + characters[i]);
  }
  if (terms.empty()) return characters;
  std::sort(terms.begin(), terms.end());
  return terms;
}

double NameLikeness(absl::string_view core_a, absl::string_view core_b) {
  const std::vector<std::string> a = CoreTerms(core_a), b = CoreTerms(core_b);
  if (a.empty() || b.empty()) return 0;
  std::vector<std::string> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  return 2.0 * static_cast<double>(common.size()) / static_cast<double>(a.size() + b.size());
}

Likeness Compare(const VenueFields& a, const VenueFields& b) {
  Likeness likeness;
  double different = 1;
  const auto count = [&](DuplicateReason reason, double weight) {
    likeness.reasons.push_back(reason);
    different *= 1 - weight;
  };
  if (!a.uscc.empty() && a.uscc == b.uscc) count(DuplicateReason::kSameUscc, kCodeWeight);
  const double name = NameLikeness(CoreName(a.display_name), CoreName(b.display_name));
  if (name >= kNearName) count(DuplicateReason::kNearName, kNameWeight * name);
  if (SameAddress(a, b)) count(DuplicateReason::kSameAddress, kAddressWeight);
  if (a.point && b.point) {
    const double metres = DistanceMetres(ToCgcs2000(*a.point), ToCgcs2000(*b.point));
    if (metres < kNearMetres) {
      count(DuplicateReason::kNearPoint, kPointWeight * (1 - metres / kNearMetres));
    } else if (metres > kFarMetres) {
      // Branches of one unit share code and name, but not the place.
      likeness.reasons.push_back(DuplicateReason::kFarApart);
      likeness.score = (1 - different) / 2;
      return likeness;
    }
  }
  likeness.score = 1 - different;
  return likeness;
}

}  // namespace rectify::venue::domain
