// libs/query: filters of list methods.
#include "libs/query/filter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "tests/fuzz/target.h"

namespace rectify::fuzz {
namespace {

std::string Written(const query::Term& term) {
  const char* op = term.op == query::Operator::kEquals      ? "="
                   : term.op == query::Operator::kNotEquals ? "!="
                                                            : ":";
  return absl::StrCat(term.field, op, "\"",
                      absl::StrReplaceAll(term.value, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

}  // namespace

void Filter(absl::string_view input) {
  const auto terms = query::ParseFilter(input);
  if (!terms.ok()) {
    Require(ReasonOf(terms.status()) == "INVALID_FILTER", "a refusal says INVALID_FILTER");
    return;
  }
  Require(terms->size() <= 20, "at most 20 terms");
  const auto again = query::ParseFilter(
      absl::StrJoin(*terms, " AND ",
                    [](std::string* out, const query::Term& term) { out->append(Written(term)); }));
  Require(again.ok() && again->size() == terms->size(), "what was read can be written and read");
  for (size_t i = 0; i < terms->size(); ++i) {
    const query::Term &before = (*terms)[i], &after = (*again)[i];
    Require(before.field == after.field && before.op == after.op && before.value == after.value,
            "writing and reading changes nothing");
    Require(i == 0 || before.position > (*terms)[i - 1].position, "positions rise");
  }
}

}  // namespace rectify::fuzz
