#include "services/rectification_deadlines/store/order_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "libs/query/list_query.h"
#include "rectify/deadline/v1/order.pb.h"
#include "services/rectification_deadlines/domain/order_content.h"
#include "services/rectification_deadlines/store/names.h"
#include "services/rectification_deadlines/store/order_message.h"
#include "services/rectification_deadlines/store/order_parts.h"
#include "services/rectification_deadlines/store/order_turns.h"
#include "services/rectification_deadlines/store/order_versions.h"
#include "services/rectification_deadlines/store/projection_store.h"
#include "services/rectification_deadlines/store/service_columns.h"

namespace rectify::deadline::store {
namespace {

using domain::Order;

#define ORDER_COLUMNS                                                                        \
  "district, id, kind, inspection, inspect_time, venue, party, street, officers, "           \
  "document_number, state, void_reason, replacement, create_time, update_time, issue_time, " \
  "close_time, version, submitter, submit_user, submit_time, submit_hash, return_reason, "   \
  "predecessor, successor, " SERVICE_COLUMNS

constexpr int kServiceColumn = 25;
constexpr char kTable[] = "orders";

constexpr pg::Statement kLoadOrder = {"deadline.load_order",
                                      "select " ORDER_COLUMNS
                                      " from orders where district = $1 and id = $2::uuid"};

constexpr pg::Statement kLockOrder = {
    "deadline.lock_order",
    "select " ORDER_COLUMNS " from orders where district = $1 and id = $2::uuid for update"};

// `officers` and `serve_officers` are array literals.
constexpr pg::Statement kSaveOrder = {"deadline.save_orders", R"sql(
  insert into orders (district, id, kind, inspection, inspect_time, venue, party, street, officers,
                      document_number, state, void_reason, replacement, open_due_date,
                      create_time, update_time, issue_time, close_time, version, content_hash,
                      submitter, submit_user, submit_time, submit_hash, return_reason,
                      predecessor, successor, recorded, )sql" SERVICE_COLUMNS R"sql()
  select district, id, kind, inspection, inspect_time, venue, party, street, officers::text[],
         document_number, state, void_reason, replacement, open_due_date, create_time, update_time,
         issue_time, close_time, version, content_hash, submitter, submit_user, submit_time,
         submit_hash, return_reason, predecessor, successor, true, serve_method, serve_time,
         serve_officers::text[], serve_proof, serve_refusal, serve_place, serve_video,
         serve_tracking_number, serve_organ, serve_consent, serve_publication, serve_publish_date,
         receiver, serve_witness
    from unnest($1::text[], $2::uuid[], $3::smallint[], $4::text[], $5::timestamptz[], $6::text[],
                $7::text[], $8::text[], $9::text[], $10::text[], $11::smallint[], $12::text[],
                $13::text[], $14::date[], $15::timestamptz[], $16::timestamptz[],
                $17::timestamptz[], $18::timestamptz[], $19::bigint[], $20::text[], $21::text[],
                $22::text[], $23::timestamptz[], $24::text[], $25::text[], $26::text[], $27::text[],
                $28::smallint[], $29::timestamptz[], $30::text[], $31::text[], $32::text[],
                $33::text[], $34::text[], $35::text[], $36::text[], $37::text[], $38::text[],
                $39::date[], $40::bytea[], $41::bytea[])
         as t(district, id, kind, inspection, inspect_time, venue, party, street, officers,
              document_number, state, void_reason, replacement, open_due_date, create_time,
              update_time, issue_time, close_time, version, content_hash, submitter, submit_user,
              submit_time, submit_hash, return_reason, predecessor, successor, )sql" SERVICE_COLUMNS
                                                              R"sql()
  on conflict (district, id) do update
     set document_number = excluded.document_number, state = excluded.state,
         void_reason = excluded.void_reason, replacement = excluded.replacement,
         open_due_date = excluded.open_due_date, update_time = excluded.update_time,
         issue_time = excluded.issue_time, close_time = excluded.close_time,
         version = excluded.version, content_hash = excluded.content_hash,
         submitter = excluded.submitter, submit_user = excluded.submit_user,
         submit_time = excluded.submit_time, submit_hash = excluded.submit_hash,
         return_reason = excluded.return_reason, successor = excluded.successor,
         )sql" SET_SERVICE("orders")};

constexpr pg::Statement kDraw = {"deadline.draw_number", R"sql(
  insert into document_counters as c (district, organ, code, year, last_serial)
  values ($1, $2, $3, $4::int, 1)
  on conflict (district, organ, code, year) do update set last_serial = c.last_serial + 1
  returning last_serial)sql"};

constexpr pg::Statement kBook = {"deadline.book_number", R"sql(
  insert into document_numbers (district, organ, code, year, serial, number, order_id, state,
                                reason, issue_time)
  values ($1, $2, $3, $4::int, $5::bigint, $6, $7::uuid, 'USED', '', $8::timestamptz))sql"};

constexpr pg::Statement kVoidNumber = {"deadline.void_number", R"sql(
  update document_numbers set state = 'VOIDED', reason = $3, void_time = $4::timestamptz
   where district = $1 and order_id = $2::uuid)sql"};

constexpr pg::Statement kSetListTime = {"deadline.set_list_time",
                                        "select set_config('rectify.list_time', $1, true)"};

// All but the parts below the row; persons stay encrypted.
Order ReadOrder(const pg::Row& row) {
  Order order;
  order.name = OrderName(row.Text(0), row.Text(1));
  order.kind = static_cast<domain::OrderKind>(row.Int(2));
  order.inspection = row.Text(3);
  order.inspect_time = row.Time(4);
  order.venue = row.Text(5);
  order.party = row.Text(6);
  order.street = row.Text(7);
  order.officers = row.TextArray(8);
  order.document_number = row.Text(9);
  order.state = static_cast<domain::OrderState>(row.Int(10));
  order.void_reason = row.Text(11);
  order.replacement = row.Text(12);
  order.create_time = row.Time(13);
  order.update_time = row.Time(14);
  order.issue_time = row.OptTime(15);
  order.close_time = row.OptTime(16);
  order.version = row.Int(17);
  if (!row.Text(18).empty()) {
    order.submission = domain::Approval{.role = "INSPECTOR",
                                        .approver = row.Text(18),
                                        .approve_time = row.OptTime(20),
                                        .user = row.Text(19),
                                        .content_hash = row.Text(21)};
  }
  order.return_reason = row.Text(22);
  order.predecessor = row.Text(23);
  order.successor = row.Text(24);
  order.service = ReadService(row, kServiceColumn);
  return order;
}

std::vector<pg::Param> ToRow(const crypto::FieldCipher& cipher, const Order& order) {
  const NameParts name = SplitName(order.name);
  const domain::Approval submission =
      order.submission.value_or(domain::Approval{.role = "", .approver = ""});
  std::vector<pg::Param> row = {name.district,
                                name.id,
                                static_cast<int>(order.kind),
                                order.inspection,
                                order.inspect_time,
                                order.venue,
                                order.party,
                                order.street,
                                order.officers,
                                order.document_number,
                                static_cast<int>(order.state),
                                order.void_reason,
                                order.replacement,
                                order.OpenDueDate(),
                                order.create_time,
                                order.update_time,
                                order.issue_time,
                                order.close_time,
                                order.version,
                                domain::ContentHash(order),
                                submission.approver,
                                submission.user,
                                submission.approve_time,
                                submission.content_hash,
                                order.return_reason,
                                order.predecessor,
                                order.successor};
  AddService(cipher, kTable, name.id, order.service, row);
  return row;
}

// Of the present and of earlier times.
std::vector<query::ListField> OrderFields() {
  using Field = query::ListField;
  return {{"state", Field::Kind::kEnum, "state = $?::smallint", v1::Order::State_descriptor()},
          {"kind", Field::Kind::kEnum, "kind = $?::smallint", v1::OrderKind_descriptor()},
          {"venue", Field::Kind::kText, RECTIFY_OF_VENUE("venue", "$?")},
          {"street", Field::Kind::kText, "street = $?"},
          {"inspection", Field::Kind::kText, "inspection = $?"},
          {"handling_officer", Field::Kind::kText, "officers[1] = $?"},
          {"document_number", Field::Kind::kText, "document_number = $?"},
          // Days of the law are days of China.
          {"overdue", Field::Kind::kBool,
           "(open_due_date is not null and open_due_date < "
           "(current_setting('rectify.list_time')::timestamptz at time zone "
           "'Asia/Shanghai')::date)"}};
}

const query::ListSpec& OrderList() {
  static const auto& spec =
      *new query::ListSpec{.name = "deadline.list_orders",
                           .columns = ORDER_COLUMNS,
                           .from = "orders where district = $1",
                           .fields = OrderFields(),
                           .order = {{"create_time", "timestamptz"}, {"id", "uuid"}},
                           .descending = true};
  return spec;
}

const query::ListSpec& OrderListAsOf() {
  static const auto& spec = *new query::ListSpec(VersionList(OrderFields()));
  return spec;
}

}  // namespace

absl::StatusOr<Order> OrderStore::LoadWhole(pg::Tx& tx, absl::string_view name,
                                            const pg::Statement& statement) const {
  const NameParts parts = SplitName(name);
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(statement, {parts.district, parts.id}));
  if (rows.empty()) return rectify::NotFoundError(name);
  std::vector<Order> orders = {ReadOrder(rows[0])};
  RETURN_IF_ERROR(Complete(tx, parts.district, orders));
  return std::move(orders[0]);
}

absl::StatusOr<Order> OrderStore::Load(pg::Tx& tx, absl::string_view name) const {
  return LoadWhole(tx, name, kLoadOrder);
}

absl::StatusOr<Order> OrderStore::LoadForUpdate(pg::Tx& tx, absl::string_view name) const {
  return LoadWhole(tx, name, kLockOrder);
}

absl::Status OrderStore::Complete(pg::Tx& tx, absl::string_view district,
                                  std::vector<Order>& orders) const {
  for (Order& order : orders) {
    RETURN_IF_ERROR(DecryptService(cipher_, kTable, SplitName(order.name).id, order.service));
  }
  RETURN_IF_ERROR(LoadTurns(tx, cipher_, district, orders));
  return LoadParts(tx, district, orders);
}

absl::Status OrderStore::Save(pg::Tx& tx, const std::vector<Order>& orders) const {
  if (orders.empty()) return absl::OkStatus();
  std::vector<std::vector<pg::Param>> rows;
  rows.reserve(orders.size());
  for (const Order& order : orders) rows.push_back(ToRow(cipher_, order));
  RETURN_IF_ERROR(tx.Send(kSaveOrder, pg::Columns(rows)));
  RETURN_IF_ERROR(SaveParts(tx, orders));
  for (const Order& order : orders) RETURN_IF_ERROR(SaveTurns(tx, cipher_, order));
  return InsertVersions(tx, orders);
}

absl::StatusOr<v1::Order> OrderStore::LoadAsOf(pg::Tx& tx, absl::string_view name,
                                               absl::Time as_of) const {
  ASSIGN_OR_RETURN(v1::Order order, LoadVersion(tx, name, as_of));
  ASSIGN_OR_RETURN(const Order present, Load(tx, name));
  RestorePersons(present, order);
  return order;
}

absl::StatusOr<std::pair<std::vector<v1::Order>, std::string>> OrderStore::ListAsOf(
    pg::Tx& tx, absl::string_view district, const Page& page, absl::Time as_of) const {
  ASSIGN_OR_RETURN(const query::ListQuery list,
                   query::ListQuery::Build(OrderListAsOf(), {district, as_of}, page.filter,
                                           page.size, page.token));
  RETURN_IF_ERROR(SetListTime(tx, as_of));
  return list.Run<v1::Order>(tx, ReadVersion);
}

absl::StatusOr<int> OrderStore::RecordMissing(pg::Tx& tx, int limit) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, FindUnrecorded(tx, limit));
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const Order order, LoadForUpdate(tx, name));
    RETURN_IF_ERROR(InsertVersions(tx, {order}));
    RETURN_IF_ERROR(NoteRecorded(tx, order));
  }
  return static_cast<int>(names.size());
}

absl::StatusOr<std::pair<std::vector<Order>, std::string>> OrderStore::List(
    pg::Tx& tx, absl::string_view district, const Page& page, absl::Time now) const {
  ASSIGN_OR_RETURN(
      const query::ListQuery list,
      query::ListQuery::Build(OrderList(), {district}, page.filter, page.size, page.token));
  RETURN_IF_ERROR(SetListTime(tx, now));
  ASSIGN_OR_RETURN(auto orders, list.Run<Order>(tx, ReadOrder));
  RETURN_IF_ERROR(Complete(tx, district, orders.first));
  return orders;
}

absl::StatusOr<std::string> DrawNumber(pg::Tx& tx, const Order& order,
                                       const domain::DocumentRule& rule, absl::Time now) {
  const NameParts name = SplitName(order.name);
  const int year = static_cast<int>(CivilDayOf(now).year());
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Exec(kDraw, {name.district, rule.organ, rule.code, year}));
  const int64_t serial = rows[0].Int(0);
  std::string number = domain::DocumentNumber(rule, year, serial);
  RETURN_IF_ERROR(
      tx.Exec(kBook, {name.district, rule.organ, rule.code, year, serial, number, name.id, now})
          .status());
  return number;
}

absl::Status VoidNumber(pg::Tx& tx, const Order& voided, absl::Time now) {
  const NameParts name = SplitName(voided.name);
  return tx.Exec(kVoidNumber, {name.district, name.id, voided.void_reason, now}).status();
}

absl::Status SetListTime(pg::Tx& tx, absl::Time now) {
  return tx.Exec(kSetListTime, {now}).status();
}

}  // namespace rectify::deadline::store
