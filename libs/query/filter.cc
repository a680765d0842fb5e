#include "libs/query/filter.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace rectify::query {
namespace {

constexpr int kMaxTerms = 20;

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<Term>> Parse() {
    std::vector<Term> terms;
    SkipSpace();
    while (!AtEnd()) {
      if (terms.size() == kMaxTerms)
        return Error("条件太多，最多20个", "too many terms, at most 20");
      if (!terms.empty()) RETURN_IF_ERROR(ParseAnd());
      ASSIGN_OR_RETURN(Term term, ParseTerm());
      terms.push_back(std::move(term));
      SkipSpace();
    }
    return terms;
  }

 private:
  bool AtEnd() const { return at_ == text_.size(); }

  void SkipSpace() {
    while (!AtEnd() && absl::ascii_isspace(text_[at_])) ++at_;
  }

  absl::Status Error(absl::string_view zh, absl::string_view en) const {
    return FilterError(Position(), zh, en);
  }

  int Position() const { return static_cast<int>(CodePoints(text_.substr(0, at_))) + 1; }

  absl::Status ParseAnd() {
    absl::string_view rest = text_.substr(at_);
    if (!absl::StartsWith(rest, "AND") || rest.size() == 3 || !absl::ascii_isspace(rest[3])) {
      return Error("条件之间应为 AND", "expected AND between terms");
    }
    at_ += 3;
    SkipSpace();
    return absl::OkStatus();
  }

  absl::StatusOr<Term> ParseTerm() {
    Term term;
    term.position = Position();
    while (!AtEnd() && (absl::ascii_isalnum(text_[at_]) || text_[at_] == '_')) {
      term.field += text_[at_++];
    }
    if (term.field.empty()) return Error("应为字段名", "expected a field name");
    SkipSpace();
    if (absl::ConsumePrefix(&(rest_ = text_.substr(at_)), "!=")) {
      term.op = Operator::kNotEquals;
    } else if (absl::ConsumePrefix(&rest_, "=")) {
      term.op = Operator::kEquals;
    } else if (absl::ConsumePrefix(&rest_, ":")) {
      term.op = Operator::kHas;
    } else {
      return Error("应为 =、!= 或 :", "expected =, != or :");
    }
    at_ = text_.size() - rest_.size();
    SkipSpace();
    ASSIGN_OR_RETURN(term.value, ParseValue());
    return term;
  }

  absl::StatusOr<std::string> ParseValue() {
    std::string value;
    if (!AtEnd() && text_[at_] == '"') {
      ++at_;
      while (!AtEnd() && text_[at_] != '"') {
        if (text_[at_] == '\\') {
          ++at_;
          if (AtEnd() || (text_[at_] != '"' && text_[at_] != '\\')) {
            return Error("反斜杠后只能是引号或反斜杠",
                         "only a quote or backslash may follow a backslash");
          }
        }
        value += text_[at_++];
      }
      if (AtEnd()) return Error("缺少右引号", "missing closing quote");
      ++at_;
      return value;
    }
    while (!AtEnd() && !absl::ascii_isspace(text_[at_]) && text_[at_] != '"') value += text_[at_++];
    if (value.empty()) return Error("应为值", "expected a value");
    return value;
  }

  absl::string_view text_;
  absl::string_view rest_;
  size_t at_ = 0;
};

}  // namespace

absl::Status FilterError(int position, absl::string_view zh, absl::string_view en) {
  ErrorDetail detail;
  detail.reason = "INVALID_FILTER";
  detail.text = {absl::StrCat("筛选条件第", position, "个字符处：", zh),
                 absl::StrCat("filter, at character ", position, ": ", en)};
  detail.metadata["position"] = std::to_string(position);
  detail.violations.push_back({"filter", detail.text});
  return MakeError(absl::StatusCode::kInvalidArgument, std::move(detail));
}

absl::StatusOr<std::vector<Term>> ParseFilter(absl::string_view filter) {
  return Parser(filter).Parse();
}

}  // namespace rectify::query
