#include "services/reminder_dispatch/store/stand_in_store.h"

#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"

namespace rectify::reminder::store {
namespace {

#define RECTIFY_STAND_IN_COLUMNS \
  "district, id, recipient, deputy, author, reason, start_time, end_time"

constexpr pg::Statement kInsertStandIn = {"reminder.insert_stand_in", R"sql(
  insert into stand_ins (district, id, recipient, deputy, author, reason, start_time, end_time)
  values ($1::text, $2::uuid, $3::text, $4::text, $5::text, $6::text, $7::timestamptz,
          $8::timestamptz))sql"};
constexpr pg::Statement kLockStandIn = {
    "reminder.lock_stand_in", "select " RECTIFY_STAND_IN_COLUMNS
                              " from stand_ins where district = $1::text and id = $2::uuid"
                              " for update"};
constexpr pg::Statement kSetEnd = {"reminder.set_stand_in_end", R"sql(
  update stand_ins set start_time = $3::timestamptz, end_time = $4::timestamptz
   where district = $1::text and id = $2::uuid)sql"};
constexpr pg::Statement kReadStandIn = {
    "reminder.read_stand_ins",
    "select " RECTIFY_STAND_IN_COLUMNS
    " from stand_ins where district = any($1::text[]) and end_time > $2::timestamptz"
    "   and start_time <= $2::timestamptz order by start_time, id"};

domain::StandIn ToStandIn(const pg::Row& row) {
  return {row.Text(0), row.Text(1), row.Text(2), row.Text(3),
          row.Text(4), row.Text(5), row.Time(6), row.Time(7)};
}

using Kind = query::ListField::Kind;

const query::ListSpec& StandInList() {
  static const query::ListSpec& spec = *new query::ListSpec{
      .name = "reminder.list_stand_ins",
      .columns = RECTIFY_STAND_IN_COLUMNS,
      .from = "stand_ins where district = $1::text",
      .fields = {{"recipient", Kind::kText, "recipient = $?::text"},
                 {"deputy", Kind::kText, "deputy = $?::text"},
                 {"author", Kind::kText, "author = $?::text"}},
      .order = {{"start_time", "timestamptz"}, {"id", "uuid"}},
      .descending = true,
  };
  return spec;
}

}  // namespace

absl::Status InsertStandIn(pg::Tx& tx, const domain::StandIn& stand_in) {
  return tx
      .Exec(kInsertStandIn,
            {stand_in.district, stand_in.id, stand_in.recipient, stand_in.deputy, stand_in.author,
             stand_in.reason, stand_in.start_time, stand_in.end_time})
      .status();
}

absl::StatusOr<std::optional<domain::StandIn>> LockStandIn(pg::Tx& tx, const std::string& district,
                                                           const std::string& id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockStandIn, {district, id}));
  if (rows.empty()) return std::optional<domain::StandIn>();
  return std::optional(ToStandIn(rows[0]));
}

absl::Status SetStandInEnd(pg::Tx& tx, const domain::StandIn& stand_in) {
  return tx.Exec(kSetEnd, {stand_in.district, stand_in.id, stand_in.start_time, stand_in.end_time})
      .status();
}

absl::StatusOr<std::pair<std::vector<domain::StandIn>, std::string>> ListStandIns(
    pg::Tx& tx, const ListQuestion& question) {
  ASSIGN_OR_RETURN(query::ListQuery list,
                   query::ListQuery::Build(StandInList(), {question.district}, question.filter,
                                           question.page_size, question.page_token));
  return list.Run<domain::StandIn>(tx, ToStandIn);
}

absl::StatusOr<std::vector<domain::StandIn>> ReadStandIns(pg::Tx& tx,
                                                          const std::vector<std::string>& districts,
                                                          absl::Time now) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadStandIn, {districts, now}));
  std::vector<domain::StandIn> stand_ins;
  for (pg::Row row : rows) stand_ins.push_back(ToStandIn(row));
  return stand_ins;
}

}  // namespace rectify::reminder::store
