#include "services/followup_visits/store/reveal_store.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/pg/column.h"
#include "libs/query/list_query.h"
#include "rectify/followup/v1/visit.pb.h"

namespace rectify::followup::store {
namespace {

using domain::Reveal;

#define RECTIFY_REVEAL_COLUMNS \
  "district, id, visit_id, requester, reason, fields, state, approver, expire_time, create_time"

constexpr pg::Statement kAddReveal = {"followup.add_reveal", R"sql(
  insert into reveals (district, id, visit_id, requester, reason, fields, state, approver,
                       create_time)
  values ($1::text, $2::uuid, $3::uuid, $4::text, $5::text, $6::text[], 1, '',
          $7::timestamptz))sql"};

constexpr pg::Statement kLockReveal = {"followup.lock_reveal",
                                       "select " RECTIFY_REVEAL_COLUMNS R"sql(
  from reveals where district = $1::text and id = $2::uuid for update)sql"};

constexpr pg::Statement kSaveReveal = {"followup.save_reveal", R"sql(
  update reveals set state = $3::smallint, approver = $4::text, expire_time = $5::timestamptz
   where district = $1::text and id = $2::uuid)sql"};

constexpr pg::Statement kAddEntry = {"followup.add_reveal_entry", R"sql(
  insert into reveal_entries (district, reveal_id, ordinal, action, actor, time, note)
  select $1::text, $2::uuid, count(*), $3::text, $4::text, $5::timestamptz, $6::text
    from reveal_entries where district = $1::text and reveal_id = $2::uuid)sql"};

constexpr pg::Statement kEntries = {"followup.reveal_entries", R"sql(
  select reveal_id, action, actor, time, note from reveal_entries
   where district = $1::text and reveal_id = any($2::uuid[]) order by reveal_id, ordinal)sql"};

Reveal ReadReveal(const pg::Row& row) {
  Reveal reveal;
  reveal.district = row.Text(0);
  reveal.id = row.Text(1);
  reveal.visit_id = row.Text(2);
  reveal.requester = row.Text(3);
  reveal.reason = row.Text(4);
  reveal.fields = row.TextArray(5);
  reveal.state = static_cast<domain::RevealState>(row.Int(6));
  reveal.approver = row.Text(7);
  reveal.expire_time = row.OptTime(8);
  reveal.create_time = row.Time(9);
  return reveal;
}

absl::Status AddEntries(pg::Tx& tx, absl::string_view district, std::vector<Reveal>& reveals) {
  std::map<std::string, Reveal*> by_id;
  for (Reveal& reveal : reveals) by_id[reveal.id] = &reveal;
  ASSIGN_OR_RETURN(
      pg::Rows rows,
      tx.Exec(kEntries,
              {district, pg::Column(reveals, [](const Reveal& each) { return each.id; })}));
  for (pg::Row row : rows) {
    by_id.at(row.Text(0))->entries.push_back({row.Text(1), row.Text(2), row.Time(3), row.Text(4)});
  }
  return absl::OkStatus();
}

const query::ListSpec& RevealList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "followup.list_reveals",
      .columns = RECTIFY_REVEAL_COLUMNS,
      .from = "reveals where district = $1",
      .fields = {{"state", Kind::kEnum, "state = $?", v1::Reveal::State_descriptor()},
                 {"requester", Kind::kText, "requester = $?"}},
      .order = {{"reveals.create_time", "timestamptz"}, {"reveals.id", "uuid"}},
      .descending = true};
  return spec;
}

}  // namespace

absl::Status AddReveal(pg::Tx& tx, const Reveal& reveal) {
  return tx
      .Exec(kAddReveal, {reveal.district, reveal.id, reveal.visit_id, reveal.requester,
                         reveal.reason, reveal.fields, reveal.create_time})
      .status();
}

absl::StatusOr<Reveal> LockReveal(pg::Tx& tx, absl::string_view district, absl::string_view id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockReveal, {district, id}));
  if (rows.empty()) {
    return NotFoundError(absl::StrCat("districts/", district, "/reveals/", id));
  }
  std::vector<Reveal> reveals = {ReadReveal(rows[0])};
  RETURN_IF_ERROR(AddEntries(tx, district, reveals));
  return std::move(reveals.front());
}

absl::Status SaveReveal(pg::Tx& tx, const Reveal& reveal) {
  return tx
      .Exec(kSaveReveal, {reveal.district, reveal.id, static_cast<int>(reveal.state),
                          reveal.approver, reveal.expire_time})
      .status();
}

absl::Status AddEntry(pg::Tx& tx, const Reveal& reveal, const domain::RevealEntry& entry) {
  return tx
      .Exec(kAddEntry,
            {reveal.district, reveal.id, entry.action, entry.actor, entry.time, entry.note})
      .status();
}

absl::StatusOr<std::pair<std::vector<Reveal>, std::string>> ListReveals(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query, query::ListQuery::Build(RevealList(), {district}, filter,
                                                                   page_size, page_token));
  ASSIGN_OR_RETURN(auto page, query.Run<Reveal>(tx, ReadReveal));
  RETURN_IF_ERROR(AddEntries(tx, district, page.first));
  return page;
}

}  // namespace rectify::followup::store
