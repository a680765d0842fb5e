// One list method: filter, stable keyset paging and the SQL that both make. The token of a page is
// bound to the filter and the scope, so it can't be used with another question.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "libs/base/status_macros.h"
#include "libs/pg/param.h"
#include "libs/pg/pool.h"
#include "libs/query/filter.h"

namespace rectify::query {

// A field that callers may filter by.
struct ListField {
  enum class Kind {
    kText,  // = and !=
    kEnum,  // = and !=; value is an enum value's name, with or without its prefix; `$?` becomes
            // its number
    kBool,  // = true, = false; `sql` is a condition without parameter
    kHas,   // : only; `convert` makes the parameter; planned for the value that is searched for
  };
  std::string name;
  Kind kind;
  // Condition with `$?` for the bound value, for example "street = $?". != negates it.
  std::string sql;
  const google::protobuf::EnumDescriptor* values = nullptr;
  std::function<absl::StatusOr<pg::Param>(absl::string_view)> convert = nullptr;
};

struct SortKey {
  std::string column;
  std::string type;  // for the cast of the token's value: "timestamptz", "uuid"
};

// Declare once as a function-local static of the store.
struct ListSpec {
  std::string name;     // unique; statement name and metric label
  std::string columns;  // SELECT list
  std::string from;  // "venues where district = $1": at least one condition, scope parameters first
  std::vector<ListField> fields;
  std::vector<SortKey> order;  // together unique
  bool descending = false;
};

// Page sizes of every list method.
inline constexpr int kDefaultPage = 50;
inline constexpr int kMaxPage = 500;

class ListQuery {
 public:
  // `scope` fills $1… of `from`. INVALID_ARGUMENT INVALID_FILTER, INVALID_PAGE_TOKEN.
  static absl::StatusOr<ListQuery> Build(const ListSpec& spec, std::vector<pg::Param> scope,
                                         absl::string_view filter, int page_size,
                                         absl::string_view page_token);

  // Reads one page; `read` turns a row into an item.
  template <typename Item>
  absl::StatusOr<std::pair<std::vector<Item>, std::string>> Run(
      pg::Tx& tx, const std::function<Item(const pg::Row&)>& read) const {
    if (searches_) RETURN_IF_ERROR(pg::PlanForValues(tx));
    ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(statement_, params_));
    std::pair<std::vector<Item>, std::string> page;
    for (pg::Row row : rows) {
      if (static_cast<int>(page.first.size()) == limit_) break;
      page.first.push_back(read(row));
    }
    if (rows.size() > limit_) page.second = TokenAfter(rows[limit_ - 1]);
    return page;
  }

 private:
  std::string TokenAfter(const pg::Row& row) const;
  pg::Statement statement_;
  std::vector<pg::Param> params_;
  std::string binding_;
  bool searches_ = false;
  int limit_ = 0;
  int key_count_ = 0;
};

}  // namespace rectify::query
