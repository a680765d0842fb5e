#include "services/followup_visits/store/visitor_store.h"

#include <utility>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"

namespace rectify::followup::store {
namespace {

using domain::Visitor;

#define RECTIFY_VISITOR_COLUMNS                                                              \
  "district, code, display_name, user_name, officers, interest_subjects, interest_reasons, " \
  "retired, version"

constexpr pg::Statement kLockVisitor = {"followup.lock_visitor",
                                        "select " RECTIFY_VISITOR_COLUMNS R"sql(
  from visitors where district = $1::text and code = $2::text for update)sql"};

constexpr pg::Statement kList = {"followup.list_visitors", "select " RECTIFY_VISITOR_COLUMNS R"sql(
  from visitors where district = $1::text order by code)sql"};

constexpr pg::Statement kSaveVisitor = {"followup.save_visitor", R"sql(
  insert into visitors (district, code, display_name, user_name, officers, interest_subjects,
                        interest_reasons, retired, version)
  values ($1::text, $2::text, $3::text, $4::text, $5::text[], $6::text[], $7::text[], $8::boolean,
          $9::bigint)
  on conflict (district, code) do update
     set display_name = excluded.display_name, user_name = excluded.user_name,
         officers = excluded.officers, interest_subjects = excluded.interest_subjects,
         interest_reasons = excluded.interest_reasons, retired = excluded.retired,
         version = excluded.version)sql"};

Visitor ReadVisitor(const pg::Row& row) {
  Visitor visitor;
  visitor.district = row.Text(0);
  visitor.code = row.Text(1);
  visitor.display_name = row.Text(2);
  visitor.user = row.Text(3);
  visitor.officers = row.TextArray(4);
  const std::vector<std::string> subjects = row.TextArray(5);
  const std::vector<std::string> reasons = row.TextArray(6);
  for (size_t i = 0; i < subjects.size(); ++i) {
    visitor.interests.push_back({subjects[i], reasons[i]});
  }
  visitor.retired = row.Bool(7);
  visitor.version = row.Int(8);
  return visitor;
}

}  // namespace

absl::StatusOr<std::optional<Visitor>> LockVisitor(pg::Tx& tx, absl::string_view district,
                                                   absl::string_view code) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockVisitor, {district, code}));
  if (rows.empty()) return std::optional<Visitor>();
  return std::optional<Visitor>(ReadVisitor(rows[0]));
}

absl::Status SaveVisitor(pg::Tx& tx, const Visitor& visitor) {
  using I = domain::Interest;
  absl::Status status =
      tx.Exec(kSaveVisitor,
              {visitor.district, visitor.code, visitor.display_name, visitor.user, visitor.officers,
               pg::Column(visitor.interests, [](const I& each) { return each.subject; }),
               pg::Column(visitor.interests, [](const I& each) { return each.reason; }),
               visitor.retired, visitor.version})
          .status();
  if (pg::ConstraintOf(status) != "visitors_district_user_name_uq") return status;
  return MakeError(absl::StatusCode::kAlreadyExists,
                   {.reason = "ALREADY_EXISTS",
                    .text = {"该登录名已是另一名回访人员（visitor.user）",
                             "the user is another visitor already (visitor.user)"},
                    .metadata = {{"field", "visitor.user"}},
                    .violations = {}});
}

absl::StatusOr<std::vector<Visitor>> ListVisitors(pg::Tx& tx, absl::string_view district) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kList, {district}));
  std::vector<Visitor> visitors;
  for (pg::Row row : rows) visitors.push_back(ReadVisitor(row));
  return visitors;
}

}  // namespace rectify::followup::store
