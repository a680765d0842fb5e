#include "libs/events/idempotency.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/events/command.h"
#include "libs/events/protocol.h"

namespace rectify::events {
namespace {

constexpr absl::Duration kRequestMemory = absl::Hours(24 * 30);
constexpr int kPurgeBatch = 5000;

// In the order of the key, so that two groups with the same ids can't wait for each other.
constexpr pg::Statement kClaim = {"events.claim_requests", R"sql(
  insert into idempotency (caller, method, request_id, fingerprint, created_at)
  select caller, $1::text, request_id, fingerprint, $2::timestamptz
    from unnest($3::text[], $4::uuid[], $5::bytea[]) as t(caller, request_id, fingerprint)
   order by caller, request_id
  on conflict do nothing returning caller, request_id)sql"};

constexpr pg::Statement kForget = {"events.forget_requests", R"sql(
  delete from idempotency i
   using unnest($2::text[], $3::uuid[]) as t(caller, request_id)
   where i.caller = t.caller and i.method = $1::text and i.request_id = t.request_id)sql"};

constexpr pg::Statement kRead = {"events.read_request", R"sql(
  select fingerprint, response from idempotency
   where caller = $1::text and method = $2::text and request_id = $3::uuid)sql"};

constexpr pg::Statement kPurge = {"events.purge_idempotency", R"sql(
  delete from idempotency where (caller, method, request_id) in (
    select caller, method, request_id from idempotency
     where created_at < $1::timestamptz limit $2::bigint for update skip locked))sql"};

struct Keys {
  std::vector<std::string> callers, ids;
};

Keys KeysOf(const std::vector<const rpc::Call*>& calls) {
  Keys keys;
  for (const rpc::Call* call : calls) {
    keys.callers.push_back(call->caller.subject);
    keys.ids.push_back(RequestIdOf(*call));
  }
  return keys;
}

}  // namespace

std::string RequestIdOf(const rpc::Call& call) { return absl::AsciiStrToLower(call.request_id); }

absl::Status ClaimRequests(pg::Tx& tx, const std::vector<const rpc::Call*>& calls, absl::Time now,
                           pg::Rows* claimed) {
  const Keys keys = KeysOf(calls);
  std::vector<pg::Bytes> fingerprints;
  fingerprints.reserve(calls.size());
  for (const rpc::Call* call : calls) fingerprints.push_back({call->fingerprint});
  return tx.Ask(kClaim, {calls.front()->method, now, keys.callers, keys.ids, fingerprints},
                claimed);
}

std::vector<bool> AreNew(const std::vector<const rpc::Call*>& calls, const pg::Rows& claimed) {
  std::set<std::pair<std::string, std::string>> open;
  for (const pg::Row row : claimed) open.emplace(row.Text(0), row.Text(1));
  const Keys keys = KeysOf(calls);
  std::vector<bool> is_new;
  for (size_t i = 0; i < calls.size(); ++i) {
    is_new.push_back(open.erase({keys.callers[i], keys.ids[i]}) == 1);
  }
  return is_new;
}

absl::Status ForgetRequests(pg::Tx& tx, const std::vector<const rpc::Call*>& calls) {
  if (calls.empty()) return absl::OkStatus();
  const Keys keys = KeysOf(calls);
  return tx.Send(kForget, {calls.front()->method, keys.callers, keys.ids});
}

absl::StatusOr<std::string> FirstResponse(pg::Tx& tx, const rpc::Call& call) {
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(kRead, {call.caller.subject, call.method, RequestIdOf(call)}));
  std::optional<StoredRequest> stored;
  if (!rows.empty()) {
    stored = StoredRequest{rows[0].Bytes(0), std::nullopt};
    if (!rows[0].IsNull(1)) stored->response = rows[0].Bytes(1);
  }
  switch (JudgeRepeat(stored, call.fingerprint)) {
    case Repeat::kInProgress:
      return MakeError(absl::StatusCode::kAborted,
                       {"CONFLICT",
                        {"同一请求正在处理，请重试", "the same request is in progress; try again"},
                        {},
                        {}});
    case Repeat::kReused:
      return FieldError("request_id",
                        {"该请求编号已用于内容不同的另一请求",
                         "request_id was used before for a request with another content"},
                        "REQUEST_ID_REUSED");
    case Repeat::kAnswered:
      break;
  }
  return *std::move(stored->response);
}

absl::StatusOr<int> PurgeIdempotency(pg::Pool& pool, absl::Time now) {
  return pool.TransactValue("events.purge_idempotency", {}, [&](pg::Tx& tx) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kPurge, {now - kRequestMemory, kPurgeBatch}));
    return static_cast<int>(rows.affected());
  });
}

}  // namespace rectify::events
