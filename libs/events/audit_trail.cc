#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/events/feed.h"
#include "rectify/audit/v1/audit_trail_service.pb.h"

namespace rectify::events {
namespace {

using audit::v1::AuditEntry;
using audit::v1::ListAuditEntriesRequest;
using audit::v1::ListAuditEntriesResponse;

// The hits come first on their own: with "order by id limit" in one query the planner may walk the
// primary key from the start to find the few entries of a rare subject.
constexpr pg::Statement kList = {"events.list_audit", R"sql(
  with hits as materialized (
    select id from audit_entry
     where array_prepend(subject, related) @> array[$1::text] and id > $2::bigint
  )
  select id, occurred_at, actor, roles, action, subject, related, summary,
         array(select key from jsonb_each_text(details) order by key),
         array(select value from jsonb_each_text(details) order by key), request_id
    from audit_entry
   where id in (select id from hits order by id limit $3::bigint)
   order by id)sql"};

int PageSize(int32_t asked) { return asked <= 0 ? 100 : std::min(asked, 500); }

// Bound to the subject, so that a token of another listing is noticed.
std::string SubjectMark(const std::string& subject) {
  return absl::BytesToHexString(crypto::Sha256(subject).substr(0, 8));
}

std::string PageToken(const std::string& subject, int64_t last_id) {
  return absl::StrCat(SubjectMark(subject), absl::StrFormat("%016x", last_id));
}

absl::StatusOr<int64_t> ParsePageToken(const std::string& subject, const std::string& token) {
  if (token.empty()) return 0;
  uint64_t last_id = 0;
  if (token.size() == 32 && token.substr(0, 16) == SubjectMark(subject) &&
      absl::SimpleHexAtoi(token.substr(16), &last_id) && last_id <= INT64_MAX) {
    return static_cast<int64_t>(last_id);
  }
  return FieldError("page_token",
                    {"分页标记不属于此查询", "the page token does not belong to this request"},
                    "INVALID_PAGE_TOKEN");
}

AuditEntry ToEntry(const pg::Row& row, const std::string& service) {
  AuditEntry entry;
  entry.set_service(service);
  entry.set_entry_id(row.Int(0));
  *entry.mutable_occur_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(row.Time(1)));
  entry.set_actor(row.Text(2));
  for (std::string& role : row.TextArray(3)) entry.add_actor_roles(std::move(role));
  entry.set_action(row.Text(4));
  entry.set_subject(row.Text(5));
  for (std::string& name : row.TextArray(6)) entry.add_related(std::move(name));
  entry.set_summary(row.Text(7));
  std::vector<std::string> keys = row.TextArray(8), values = row.TextArray(9);
  for (size_t i = 0; i < keys.size(); ++i) {
    (*entry.mutable_details())[keys[i]] = std::move(values[i]);
  }
  entry.set_request_id(row.OptText(10).value_or(""));
  return entry;
}

absl::StatusOr<ListAuditEntriesResponse> List(pg::Tx& tx, const ListAuditEntriesRequest& request,
                                              int64_t after_id, const std::string& service) {
  const int page_size = PageSize(request.page_size());
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kList, {request.subject(), after_id, page_size + 1}));
  ListAuditEntriesResponse response;
  for (int i = 0; i < std::min(rows.size(), page_size); ++i) {
    *response.add_entries() = ToEntry(rows[i], service);
  }
  if (rows.size() > page_size) {
    response.set_next_page_token(
        PageToken(request.subject(), response.entries(page_size - 1).entry_id()));
  }
  return response;
}

}  // namespace

void RegisterAuditTrail(rpc::Server& server, pg::Pool& pool, const std::string& service) {
  server.Unary<ListAuditEntriesRequest, ListAuditEntriesResponse>(
      "rectify.audit.v1.AuditTrail.ListAuditEntries",
      [&pool, service](const rpc::Call& call, const ListAuditEntriesRequest& request)
          -> absl::StatusOr<ListAuditEntriesResponse> {
        ASSIGN_OR_RETURN(const int64_t after_id,
                         ParsePageToken(request.subject(), request.page_token()));
        return pool.TransactValue("events.list_audit",
                                  {.access = pg::Access::kReadOnly, .deadline = call.deadline},
                                  [&](pg::Tx& tx) { return List(tx, request, after_id, service); });
      });
}

}  // namespace rectify::events
