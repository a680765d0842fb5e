#include "libs/query/list_query.h"

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/error.h"
#include "libs/crypto/crypto.h"

namespace rectify::query {
namespace {

// Statements live as long as the process, because connections remember them by name. Their number
// is bounded by the combinations of fields, not by what callers write.
pg::Statement Intern(const std::string& list_name, const std::string& sql) {
  struct Text {
    std::string name, sql;
  };
  static absl::Mutex mutex(absl::kConstInit);
  static auto& known ABSL_GUARDED_BY(mutex) = *new std::map<std::string, std::unique_ptr<Text>>;
  absl::MutexLock lock(&mutex);
  std::unique_ptr<Text>& text = known[sql];
  if (text == nullptr) {
    text = std::make_unique<Text>(Text{absl::StrCat(list_name, "_", known.size()), sql});
  }
  return {text->name.c_str(), text->sql.c_str()};
}

absl::Status TokenError() {
  ErrorDetail detail;
  detail.reason = "INVALID_PAGE_TOKEN";
  detail.text = {"page_token 不属于这次查询；请从第一页重新开始",
                 "page_token does not belong to this query; start again from the first page"};
  detail.violations.push_back({"page_token", detail.text});
  return MakeError(absl::StatusCode::kInvalidArgument, std::move(detail));
}

// The values of the last row's sort keys, if the token was made for this question.
absl::StatusOr<std::vector<std::string>> ReadToken(absl::string_view token,
                                                   const std::string& binding, size_t keys) {
  absl::StatusOr<std::string> text = crypto::FromBase64(token);
  if (!text.ok()) return TokenError();
  nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_array() || json.size() != keys + 1) return TokenError();
  std::vector<std::string> values;
  for (const auto& element : json) {
    if (!element.is_string()) return TokenError();
    values.push_back(element.get<std::string>());
  }
  if (values[0] != binding) return TokenError();
  values.erase(values.begin());
  return values;
}

// Enum values are named with or without their common prefix: "ACTIVE" or "STATE_ACTIVE".
const google::protobuf::EnumValueDescriptor* FindValue(const google::protobuf::EnumDescriptor& type,
                                                       const std::string& name) {
  if (const auto* value = type.FindValueByName(name)) return value;
  const std::string& zero = type.value(0)->name();
  const std::string prefix = zero.substr(0, zero.size() - std::string("UNSPECIFIED").size());
  return type.FindValueByName(prefix + name);
}

class Builder {
 public:
  Builder(const ListSpec& spec, std::vector<pg::Param> scope)
      : spec_(spec), params_(std::move(scope)) {}

  absl::Status AddTerm(const Term& term) {
    auto field = std::find_if(spec_.fields.begin(), spec_.fields.end(),
                              [&](const ListField& f) { return f.name == term.field; });
    if (field == spec_.fields.end()) {
      return FilterError(term.position, absl::StrCat("没有字段 ", term.field),
                         absl::StrCat("no field ", term.field));
    }
    const bool has = field->kind == ListField::Kind::kHas;
    if (has != (term.op == Operator::kHas)) {
      return FilterError(term.position, absl::StrCat("字段 ", term.field, " 不支持这个运算符"),
                         absl::StrCat("field ", term.field, " does not take this operator"));
    }
    ASSIGN_OR_RETURN(std::string condition, Condition(*field, term));
    if (term.op == Operator::kNotEquals) condition = absl::StrCat("not (", condition, ")");
    absl::StrAppend(&where_, " and ", condition);
    return absl::OkStatus();
  }

  void AddKeyset(const std::vector<std::string>& after) {
    std::vector<std::string> columns, values;
    for (size_t i = 0; i < spec_.order.size(); ++i) {
      columns.push_back(spec_.order[i].column);
      values.push_back(absl::StrCat(Bind(after[i]), "::", spec_.order[i].type));
    }
    absl::StrAppend(&where_, " and (", absl::StrJoin(columns, ", "), ")",
                    spec_.descending ? " < " : " > ", "(", absl::StrJoin(values, ", "), ")");
  }

  std::string Sql(int limit) {
    std::string keys, order;
    int number = 0;
    for (const SortKey& key : spec_.order) {
      // A cast keeps its column's name, which would make "order by" ambiguous.
      absl::StrAppend(&keys, ", ", key.column, "::text as sort_key_", ++number);
      absl::StrAppend(&order, order.empty() ? "" : ", ", key.column,
                      spec_.descending ? " desc" : "");
    }
    return absl::StrCat("select ", spec_.columns, keys, " from ", spec_.from, where_, " order by ",
                        order, " limit ", Bind(limit), "::bigint");
  }

  std::vector<pg::Param>& params() { return params_; }

 private:
  std::string Bind(pg::Param value) {
    params_.push_back(std::move(value));
    return absl::StrCat("$", params_.size());
  }

  absl::StatusOr<std::string> Condition(const ListField& field, const Term& term) {
    auto wrong = [&](absl::string_view zh, absl::string_view en) {
      return FilterError(term.position, absl::StrCat("字段 ", term.field, " 的值", zh),
                         absl::StrCat("value of ", term.field, " ", en));
    };
    switch (field.kind) {
      case ListField::Kind::kText:
        return absl::StrReplaceAll(field.sql, {{"$?", Bind(term.value)}});
      case ListField::Kind::kBool:
        if (term.value != "true" && term.value != "false") {
          return wrong("应为 true 或 false", "must be true or false");
        }
        return term.value == "true" ? field.sql : absl::StrCat("not (", field.sql, ")");
      case ListField::Kind::kEnum: {
        const auto* value = FindValue(*field.values, absl::AsciiStrToUpper(term.value));
        if (value == nullptr) {
          return wrong(absl::StrCat("不在 ", field.values->name(), " 之中"),
                       absl::StrCat("is not one of ", field.values->name()));
        }
        // Not bound: indexes of rows in one state serve only a query that says so itself.
        return absl::StrReplaceAll(field.sql, {{"$?", absl::StrCat(value->number())}});
      }
      case ListField::Kind::kHas: {
        absl::StatusOr<pg::Param> param = field.convert(term.value);
        if (!param.ok()) return wrong("不能这样查找", "can't be searched for");
        return absl::StrReplaceAll(field.sql, {{"$?", Bind(*std::move(param))}});
      }
    }
    return absl::InternalError("unknown field kind");
  }

  const ListSpec& spec_;
  std::vector<pg::Param> params_;
  std::string where_;
};

}  // namespace

absl::StatusOr<ListQuery> ListQuery::Build(const ListSpec& spec, std::vector<pg::Param> scope,
                                           absl::string_view filter, int page_size,
                                           absl::string_view page_token) {
  ListQuery query;
  query.limit_ = page_size <= 0 ? kDefaultPage : std::min(page_size, kMaxPage);
  std::string question = absl::StrCat(spec.name, "\n", filter);
  for (const pg::Param& param : scope) absl::StrAppend(&question, "\n", param.text().value_or(""));
  query.binding_ = crypto::Base64(crypto::Sha256(question).substr(0, 9));
  query.key_count_ = static_cast<int>(spec.order.size());

  Builder builder(spec, std::move(scope));
  ASSIGN_OR_RETURN(std::vector<Term> terms, ParseFilter(filter));
  for (const Term& term : terms) {
    RETURN_IF_ERROR(builder.AddTerm(term));
    query.searches_ |= term.op == Operator::kHas;
  }
  if (!page_token.empty()) {
    ASSIGN_OR_RETURN(std::vector<std::string> after,
                     ReadToken(page_token, query.binding_, spec.order.size()));
    builder.AddKeyset(after);
  }
  query.statement_ = Intern(spec.name, builder.Sql(query.limit_ + 1));
  query.params_ = std::move(builder.params());
  return query;
}

std::string ListQuery::TokenAfter(const pg::Row& row) const {
  nlohmann::json json = nlohmann::json::array({binding_});
  for (int i = row.size() - key_count_; i < row.size(); ++i) json.push_back(row.Text(i));
  return crypto::Base64(json.dump());
}

}  // namespace rectify::query
