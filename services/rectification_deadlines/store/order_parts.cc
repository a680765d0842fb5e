#include "services/rectification_deadlines/store/order_parts.h"

#include <map>
#include <string>

#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "services/rectification_deadlines/store/names.h"

namespace rectify::deadline::store {
namespace {

using domain::Order;

constexpr pg::Statement kItems = {"deadline.order_items", R"sql(
  select order_id, finding, catalog_code, description, basis, required_action, term_days,
         stated_due_date, due_date, rectify_time, first_due_date
    from order_items where district = $1 and order_id = any($2::uuid[])
   order by order_id, position)sql"};

constexpr pg::Statement kOrderApprovals = {"deadline.order_approvals", R"sql(
  select order_id, role, approver, approve_time, opinion, approver_user, content_hash
    from order_approvals where district = $1 and order_id = any($2::uuid[])
   order by order_id, position)sql"};

constexpr pg::Statement kReports = {"deadline.order_reports", R"sql(
  select order_id, report_time, reporter, statement
    from order_reports where district = $1 and order_id = any($2::uuid[])
   order by order_id, position)sql"};

constexpr pg::Statement kRechecks = {"deadline.rechecks", R"sql(
  select order_id, recheck_time, officers
    from rechecks where district = $1 and order_id = any($2::uuid[])
   order by order_id, position)sql"};

constexpr pg::Statement kResults = {"deadline.recheck_results", R"sql(
  select order_id, recheck_position, finding, rectified, note
    from recheck_results where district = $1 and order_id = any($2::uuid[])
   order by order_id, recheck_position, position)sql"};

constexpr pg::Statement kSaveItems = {"deadline.save_items", R"sql(
  insert into order_items (district, order_id, position, finding, catalog_code, description, basis,
                           required_action, term_days, stated_due_date, due_date, rectify_time,
                           first_due_date)
  select * from unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[],
                       $7::text[], $8::text[], $9::int[], $10::date[], $11::date[],
                       $12::timestamptz[], $13::date[])
  on conflict (district, order_id, position) do update
     set description = excluded.description, basis = excluded.basis,
         required_action = excluded.required_action, term_days = excluded.term_days,
         stated_due_date = excluded.stated_due_date, due_date = excluded.due_date,
         rectify_time = excluded.rectify_time, first_due_date = excluded.first_due_date)sql"};

constexpr pg::Statement kSaveOrderApprovals = {"deadline.save_approvals", R"sql(
  insert into order_approvals (district, order_id, position, role, approver, approve_time, opinion,
                               approver_user, content_hash)
  select * from unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::text[],
                       $6::timestamptz[], $7::text[], $8::text[], $9::text[])
  on conflict (district, order_id, position) do update
     set approver = excluded.approver, approve_time = excluded.approve_time,
         opinion = excluded.opinion, approver_user = excluded.approver_user,
         content_hash = excluded.content_hash)sql"};

constexpr pg::Statement kSaveReports = {"deadline.save_reports", R"sql(
  insert into order_reports (district, order_id, position, report_time, reporter, statement)
  select $1, $2::uuid, n, report_time, reporter, statement
    from unnest($3::timestamptz[], $4::text[], $5::text[]) with ordinality
         as t(report_time, reporter, statement, n)
  on conflict (district, order_id, position) do nothing)sql"};

// `officers` are array literals, because unnest would flatten an array of arrays.
constexpr pg::Statement kSaveRechecks = {"deadline.save_rechecks", R"sql(
  insert into rechecks (district, order_id, position, recheck_time, officers)
  select $1, $2::uuid, n, recheck_time, officers::text[]
    from unnest($3::timestamptz[], $4::text[]) with ordinality as t(recheck_time, officers, n)
  on conflict (district, order_id, position) do nothing)sql"};

constexpr pg::Statement kSaveResults = {"deadline.save_results", R"sql(
  insert into recheck_results (district, order_id, recheck_position, position, finding, rectified,
                               note)
  select $1, $2::uuid, recheck, n, finding, rectified, note
    from unnest($3::int[], $4::int[], $5::text[], $6::boolean[], $7::text[])
         as t(recheck, n, finding, rectified, note)
  on conflict (district, order_id, recheck_position, position) do nothing)sql"};

absl::Status SaveItems(pg::Tx& tx, const std::vector<Order>& orders) {
  std::vector<std::vector<pg::Param>> rows;
  for (const Order& order : orders) {
    const NameParts name = SplitName(order.name);
    int position = 0;
    for (const domain::OrderItem& item : order.items) {
      rows.push_back({name.district, name.id, ++position, item.finding, item.catalog_code,
                      item.description, item.basis, item.required_action, item.term_days,
                      item.stated_due_date, item.due_date, item.rectify_time, item.first_due_date});
    }
  }
  return rows.empty() ? absl::OkStatus() : tx.Send(kSaveItems, pg::Columns(rows));
}

absl::Status SaveApprovals(pg::Tx& tx, const std::vector<Order>& orders) {
  std::vector<std::vector<pg::Param>> rows;
  for (const Order& order : orders) {
    const NameParts name = SplitName(order.name);
    int position = 0;
    for (const domain::Approval& approval : order.approvals) {
      rows.push_back({name.district, name.id, ++position, approval.role, approval.approver,
                      approval.approve_time, approval.opinion, approval.user,
                      approval.content_hash});
    }
  }
  return rows.empty() ? absl::OkStatus() : tx.Send(kSaveOrderApprovals, pg::Columns(rows));
}

absl::Status SaveReports(pg::Tx& tx, const NameParts& name, const Order& order) {
  std::vector<absl::Time> times;
  std::vector<std::string> reporters, statements;
  for (const domain::Report& report : order.reports) {
    times.push_back(report.report_time);
    reporters.push_back(report.reporter);
    statements.push_back(report.statement);
  }
  return tx.Send(kSaveReports, {name.district, name.id, times, reporters, statements});
}

absl::Status SaveRechecks(pg::Tx& tx, const NameParts& name, const Order& order) {
  std::vector<absl::Time> times;
  std::vector<std::string> officers, findings, notes;
  std::vector<int> rechecks, positions;
  std::vector<bool> rectified;
  for (const domain::Recheck& recheck : order.rechecks) {
    times.push_back(recheck.recheck_time);
    officers.push_back(pg::Param(recheck.officers).text().value_or("{}"));
    for (size_t i = 0; i < recheck.results.size(); ++i) {
      rechecks.push_back(static_cast<int>(times.size()));
      positions.push_back(static_cast<int>(i) + 1);
      findings.push_back(recheck.results[i].finding);
      rectified.push_back(recheck.results[i].rectified);
      notes.push_back(recheck.results[i].note);
    }
  }
  RETURN_IF_ERROR(tx.Send(kSaveRechecks, {name.district, name.id, times, officers}));
  return tx.Send(kSaveResults,
                 {name.district, name.id, rechecks, positions, findings, rectified, notes});
}

}  // namespace

absl::Status LoadParts(pg::Tx& tx, absl::string_view district, std::vector<Order>& orders) {
  if (orders.empty()) return absl::OkStatus();
  std::map<std::string, Order*> by_id;
  std::vector<std::string> ids;
  for (Order& order : orders) {
    ids.push_back(SplitName(order.name).id);
    by_id[ids.back()] = &order;
  }
  ASSIGN_OR_RETURN(const pg::Rows items, tx.Exec(kItems, {district, ids}));
  for (const pg::Row row : items) {
    by_id[row.Text(0)]->items.push_back({row.Text(1), row.Text(2), row.Text(3), row.Text(4),
                                         row.Text(5), static_cast<int>(row.Int(6)), row.OptDay(7),
                                         row.OptDay(8), row.OptTime(9), row.OptDay(10)});
  }
  ASSIGN_OR_RETURN(const pg::Rows approvals, tx.Exec(kOrderApprovals, {district, ids}));
  for (const pg::Row row : approvals) {
    by_id[row.Text(0)]->approvals.push_back(
        {row.Text(1), row.Text(2), row.OptTime(3), row.Text(4), row.Text(5), row.Text(6)});
  }
  ASSIGN_OR_RETURN(const pg::Rows reports, tx.Exec(kReports, {district, ids}));
  for (const pg::Row row : reports) {
    by_id[row.Text(0)]->reports.push_back({row.Time(1), row.Text(2), row.Text(3)});
  }
  ASSIGN_OR_RETURN(const pg::Rows rechecks, tx.Exec(kRechecks, {district, ids}));
  for (const pg::Row row : rechecks) {
    by_id[row.Text(0)]->rechecks.push_back({row.Time(1), row.TextArray(2), {}});
  }
  ASSIGN_OR_RETURN(const pg::Rows results, tx.Exec(kResults, {district, ids}));
  for (const pg::Row row : results) {
    by_id[row.Text(0)]
        ->rechecks.at(row.Int(1) - 1)
        .results.push_back({row.Text(2), row.Bool(3), row.Text(4)});
  }
  return absl::OkStatus();
}

absl::Status SaveParts(pg::Tx& tx, const std::vector<Order>& orders) {
  RETURN_IF_ERROR(SaveItems(tx, orders));
  RETURN_IF_ERROR(SaveApprovals(tx, orders));
  for (const Order& order : orders) {
    const NameParts name = SplitName(order.name);
    if (!order.reports.empty()) RETURN_IF_ERROR(SaveReports(tx, name, order));
    if (!order.rechecks.empty()) RETURN_IF_ERROR(SaveRechecks(tx, name, order));
  }
  return absl::OkStatus();
}

}  // namespace rectify::deadline::store
