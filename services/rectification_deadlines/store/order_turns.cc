#include "services/rectification_deadlines/store/order_turns.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/store/names.h"
#include "services/rectification_deadlines/store/order_deliberations.h"
#include "services/rectification_deadlines/store/service_columns.h"

namespace rectify::deadline::store {
namespace {

using domain::Extension;
using domain::Order;

constexpr pg::Statement kExtensions = {"deadline.order_extensions", R"sql(
  select order_id, position, state, request_time, requester, reason, safeguards, wished_date,
         decide_time, decider, decision, document_number, )sql" SERVICE_COLUMNS R"sql(
    from order_extensions where district = $1 and order_id = any($2::uuid[])
   order by order_id, position)sql"};

constexpr pg::Statement kExtensionItems = {"deadline.order_extension_items", R"sql(
  select order_id, extension_position, finding, old_due_date, due_date
    from order_extension_items where district = $1 and order_id = any($2::uuid[])
   order by order_id, extension_position, position)sql"};

constexpr pg::Statement kDecisions = {"deadline.order_decisions", R"sql(
  select order_id, instrument, state, decide_time, decider, reason, reference, basis, findings,
         conclude_time, outcome, outcome_reference
    from order_decisions where district = $1 and order_id = any($2::uuid[])
   order by order_id, position)sql"};

constexpr pg::Statement kSaveExtension = {"deadline.save_extension", R"sql(
  insert into order_extensions as e (district, order_id, position, state, request_time, requester,
                                     reason, safeguards, wished_date, decide_time, decider,
                                     decision, document_number, )sql" SERVICE_COLUMNS R"sql()
  values ($1, $2::uuid, $3::int, $4::smallint, $5::timestamptz, $6, $7, $8, $9::date,
          $10::timestamptz, $11, $12, $13, $14::smallint, $15::timestamptz, $16::text[], $17, $18,
          $19, $20, $21, $22, $23, $24, $25::date, $26::bytea, $27::bytea)
  on conflict (district, order_id, position) do update
     set state = excluded.state, decide_time = excluded.decide_time, decider = excluded.decider,
         decision = excluded.decision, document_number = excluded.document_number,
         )sql" SET_SERVICE("e")};

constexpr pg::Statement kSaveExtensionItems = {"deadline.save_extension_items", R"sql(
  insert into order_extension_items (district, order_id, extension_position, position, finding,
                                     old_due_date, due_date)
  select $1, $2::uuid, $3::int, n, finding, old_due_date, due_date
    from unnest($4::text[], $5::date[], $6::date[]) with ordinality
         as t(finding, old_due_date, due_date, n)
  on conflict (district, order_id, extension_position, position) do update
     set due_date = excluded.due_date)sql"};

// `findings` are array literals, because unnest would flatten an array of arrays.
constexpr pg::Statement kSaveDecisions = {"deadline.save_decisions", R"sql(
  insert into order_decisions (district, order_id, position, instrument, state, decide_time,
                               decider, reason, reference, basis, findings, conclude_time, outcome,
                               outcome_reference)
  select $1, $2::uuid, n, instrument, state, decide_time, decider, reason, reference, basis,
         findings::text[], conclude_time, outcome, outcome_reference
    from unnest($3::smallint[], $4::smallint[], $5::timestamptz[], $6::text[], $7::text[],
                $8::text[], $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::text[])
         with ordinality
         as t(instrument, state, decide_time, decider, reason, reference, basis, findings,
              conclude_time, outcome, outcome_reference, n)
  on conflict (district, order_id, position) do update
     set state = excluded.state, conclude_time = excluded.conclude_time,
         outcome = excluded.outcome, outcome_reference = excluded.outcome_reference)sql"};

constexpr char kExtensionTable[] = "order_extensions";

std::string KeyOf(absl::string_view id, int64_t position) {
  return absl::StrCat(id, "/", position);
}

absl::StatusOr<Extension> ReadExtension(const pg::Row& row, const crypto::FieldCipher& cipher) {
  Extension extension{.state = static_cast<domain::ExtensionState>(row.Int(2)),
                      .request_time = row.Time(3),
                      .requester = row.Text(4),
                      .reason = row.Text(5),
                      .safeguards = row.Text(6),
                      .wished_date = *row.OptDay(7),
                      .items = {},
                      .decide_time = row.OptTime(8),
                      .decider = row.Text(9),
                      .decision = row.Text(10),
                      .document_number = row.Text(11)};
  extension.service = ReadService(row, 12);
  RETURN_IF_ERROR(
      DecryptService(cipher, kExtensionTable, KeyOf(row.Text(0), row.Int(1)), extension.service));
  return extension;
}

absl::Status SaveExtension(pg::Tx& tx, const crypto::FieldCipher& cipher, const NameParts& name,
                           const Extension& extension, int64_t position) {
  std::vector<pg::Param> params = {name.district,
                                   name.id,
                                   position,
                                   static_cast<int>(extension.state),
                                   extension.request_time,
                                   extension.requester,
                                   extension.reason,
                                   extension.safeguards,
                                   extension.wished_date,
                                   extension.decide_time,
                                   extension.decider,
                                   extension.decision,
                                   extension.document_number};
  AddService(cipher, kExtensionTable, KeyOf(name.id, position), extension.service, params);
  RETURN_IF_ERROR(tx.Exec(kSaveExtension, params).status());
  std::vector<std::string> findings;
  std::vector<std::optional<absl::CivilDay>> old_dates, dates;
  for (const domain::ExtendedItem& item : extension.items) {
    findings.push_back(item.finding);
    old_dates.emplace_back(item.old_due_date);
    dates.push_back(item.due_date);
  }
  return tx
      .Exec(kSaveExtensionItems, {name.district, name.id, position, findings, old_dates, dates})
      .status();
}

absl::Status SaveDecisions(pg::Tx& tx, const NameParts& name, const Order& order) {
  std::vector<int> instruments, states;
  std::vector<absl::Time> times;
  std::vector<std::optional<absl::Time>> conclusions;
  std::vector<std::string> deciders, reasons, references, bases, findings, outcomes, results;
  for (const domain::InstrumentDecision& decision : order.decisions) {
    instruments.push_back(static_cast<int>(decision.instrument));
    states.push_back(static_cast<int>(decision.state));
    times.push_back(decision.decide_time);
    deciders.push_back(decision.decider);
    reasons.push_back(decision.reason);
    references.push_back(decision.reference);
    bases.push_back(decision.basis);
    findings.push_back(pg::Param(decision.findings).text().value_or("{}"));
    conclusions.push_back(decision.conclude_time);
    outcomes.push_back(decision.outcome);
    results.push_back(decision.outcome_reference);
  }
  return tx
      .Exec(kSaveDecisions, {name.district, name.id, instruments, states, times, deciders, reasons,
                             references, bases, findings, conclusions, outcomes, results})
      .status();
}

}  // namespace

absl::Status LoadTurns(pg::Tx& tx, const crypto::FieldCipher& cipher, absl::string_view district,
                       std::vector<Order>& orders) {
  if (orders.empty()) return absl::OkStatus();
  std::map<std::string, Order*> by_id;
  std::vector<std::string> ids;
  for (Order& order : orders) {
    ids.push_back(SplitName(order.name).id);
    by_id[ids.back()] = &order;
  }
  ASSIGN_OR_RETURN(const pg::Rows extensions, tx.Exec(kExtensions, {district, ids}));
  for (const pg::Row row : extensions) {
    ASSIGN_OR_RETURN(Extension extension, ReadExtension(row, cipher));
    by_id[row.Text(0)]->extensions.push_back(std::move(extension));
  }
  ASSIGN_OR_RETURN(const pg::Rows items, tx.Exec(kExtensionItems, {district, ids}));
  for (const pg::Row row : items) {
    by_id[row.Text(0)]
        ->extensions.at(row.Int(1) - 1)
        .items.push_back({row.Text(2), *row.OptDay(3), row.OptDay(4)});
  }
  ASSIGN_OR_RETURN(const pg::Rows decisions, tx.Exec(kDecisions, {district, ids}));
  for (const pg::Row row : decisions) {
    by_id[row.Text(0)]->decisions.push_back(
        {static_cast<domain::NextInstrument>(row.Int(1)),
         static_cast<domain::DecisionState>(row.Int(2)), row.Time(3), row.Text(4), row.Text(5),
         row.Text(6), row.Text(7), row.TextArray(8), row.OptTime(9), row.Text(10), row.Text(11)});
  }
  return LoadDeliberations(tx, district, by_id);
}

absl::Status SaveTurns(pg::Tx& tx, const crypto::FieldCipher& cipher, const Order& order) {
  const NameParts name = SplitName(order.name);
  if (!order.extensions.empty()) {
    RETURN_IF_ERROR(SaveExtension(tx, cipher, name, order.extensions.back(),
                                  static_cast<int64_t>(order.extensions.size())));
  }
  if (!order.decisions.empty()) RETURN_IF_ERROR(SaveDecisions(tx, name, order));
  return SaveDeliberations(tx, order);
}

}  // namespace rectify::deadline::store
