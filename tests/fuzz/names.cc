// libs/rpc/resource_name and libs/base/text: names and free text.
#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/text.h"
#include "libs/rpc/resource_name.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {
namespace {

void ResourceName(absl::string_view input) {
  const auto venue = rpc::MatchName("districts/{district}/venues/{uuid}", input, "name");
  if (venue.ok()) {
    Require(input == absl::StrCat("districts/", venue->at(0), "/venues/", venue->at(1)),
            "the variables are all that varies");
    Require(rpc::DistrictOf(input) == venue->at(0), "the district is the name's first variable");
  }
  rpc::MatchName("districts/{district}/streets/{code}", input, "name").IgnoreError();
  const std::string district = rpc::DistrictOf(input);
  Require(district.empty() || district.size() == 6, "a district has six digits");
}

void FreeText(const std::string& text) {
  const std::string normal = NormalizeText(text);
  Require(NormalizeText(normal) == normal, "normal text stays as it is");
  const auto terms = SearchTerms(text);
  Require(std::is_sorted(terms.begin(), terms.end()) &&
              std::adjacent_find(terms.begin(), terms.end()) == terms.end(),
          "terms are sorted, each once");
  DisplayWidth(text);
  if (!IsCleanUtf8(text)) return;
  Require(IsCleanUtf8(normal), "normal text is still text");
  const size_t length = CodePoints(text);
  for (const size_t max : {size_t{1}, length / 2 + 1, length}) {
    const std::string cut = Ellipsize(text, max);
    Require(IsCleanUtf8(cut) && CodePoints(cut) <= max, "a cut keeps to its length");
    Require(length > max || cut == text, "what fits is not cut");
  }
  // Every substring's terms are terms of the whole.
  const std::set<std::string> whole(terms.begin(), terms.end());
  const std::string part = text.substr(0, Ellipsize(text, length / 2 + 1).size());
  if (!IsCleanUtf8(part)) return;
  for (const std::string& term : SearchTerms(part)) {
    Require(whole.contains(term), "the search finds every beginning");
  }
}

}  // namespace

void Names(absl::string_view input) {
  ResourceName(input);
  FreeText(std::string(input));
}

}  // namespace rectify::fuzz
