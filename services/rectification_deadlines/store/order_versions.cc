#include "services/rectification_deadlines/store/order_versions.h"

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "services/rectification_deadlines/store/names.h"
#include "services/rectification_deadlines/store/order_message.h"

namespace rectify::deadline::store {
namespace {

constexpr pg::Statement kInsertVersion = {"deadline.insert_order_versions", R"sql(
  insert into order_versions (district, order_id, version, record_time, state, document_number,
                              open_due_date, message)
  select * from unnest($1::text[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::smallint[],
                       $6::text[], $7::date[], $8::bytea[])
  on conflict do nothing)sql"};

constexpr pg::Statement kLoadVersion = {"deadline.load_order_version", R"sql(
  select message from order_versions
   where district = $1 and order_id = $2::uuid and record_time <= $3::timestamptz
   order by version desc limit 1)sql"};

constexpr pg::Statement kUnrecorded = {"deadline.unrecorded_orders", R"sql(
  select district, id from orders where not recorded order by district, id limit $1::bigint)sql"};

constexpr pg::Statement kNoteRecorded = {"deadline.note_recorded", R"sql(
  update orders set recorded = true where district = $1::text and id = $2::uuid)sql"};

constexpr char kFrom[] =
    "(select o.district, o.id, o.create_time, o.kind, o.venue, o.street, o.inspection, "
    "o.officers, v.state, v.document_number, v.open_due_date, v.message from orders o cross join "
    "lateral (select * from order_versions where district = o.district and order_id = o.id and "
    "record_time <= $2::timestamptz order by version desc limit 1) v where o.district = $1) "
    "as orders where district = $1";

}  // namespace

absl::Status InsertVersions(pg::Tx& tx, const std::vector<domain::Order>& orders) {
  std::vector<std::vector<pg::Param>> rows;
  rows.reserve(orders.size());
  for (const domain::Order& order : orders) {
    const NameParts name = SplitName(order.name);
    v1::Order message = ToMessage(order);
    MaskPersons(message);
    rows.push_back({name.district, name.id, order.version, order.update_time,
                    static_cast<int>(order.state), order.document_number, order.OpenDueDate(),
                    pg::Bytes{message.SerializeAsString()}});
  }
  return tx.Send(kInsertVersion, pg::Columns(rows));
}

absl::StatusOr<v1::Order> LoadVersion(pg::Tx& tx, absl::string_view name, absl::Time as_of) {
  const NameParts parts = SplitName(name);
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kLoadVersion, {parts.district, parts.id, as_of}));
  if (rows.empty()) return rectify::NotFoundError(name);
  return ReadVersion(rows[0]);
}

absl::StatusOr<std::vector<std::string>> FindUnrecorded(pg::Tx& tx, int limit) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kUnrecorded, {limit}));
  std::vector<std::string> names;
  for (const pg::Row row : rows) names.push_back(OrderName(row.Text(0), row.Text(1)));
  return names;
}

absl::Status NoteRecorded(pg::Tx& tx, const domain::Order& order) {
  const NameParts name = SplitName(order.name);
  return tx.Send(kNoteRecorded, {name.district, name.id});
}

query::ListSpec VersionList(std::vector<query::ListField> fields) {
  return {.name = "deadline.list_orders_as_of",
          .columns = "message",
          .from = kFrom,
          .fields = std::move(fields),
          .order = {{"create_time", "timestamptz"}, {"id", "uuid"}},
          .descending = true};
}

v1::Order ReadVersion(const pg::Row& row) {
  v1::Order order;
  order.ParseFromString(row.Bytes(0));
  return order;
}

}  // namespace rectify::deadline::store
