// The one way to change something: rows, audit, outbox and idempotency in one transaction, in the
// order that makes the event log right (R1: idempotency → the caller's row changes under their
// locks → audit → outbox last).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/base/clock.h"
#include "libs/pg/pool.h"
#include "libs/rpc/call.h"

namespace rectify::events {

// Which filtered feeds an event appears in besides `internal` (bit set).
enum Audience : int {
  kInternalOnly = 0,
  kDepartments = 1,
  kDiscipline = 2,
};

struct AuditRecord {
  std::string subject;                         // resource name of the thing that changed
  std::vector<std::string> related;            // other resources that it concerns
  std::string action;                          // "RecordInspection"
  std::string summary;                         // one line in Chinese for people
  std::map<std::string, std::string> details;  // no personal data
};

// What a change may use. Lives inside one run of one transaction.
class Change {
 public:
  pg::Tx& sql() { return *sql_; }
  absl::Time now() const { return now_; }
  const std::string& actor() const { return actor_; }
  // A reproducible UUIDv7 for a resource made by this change; `step` tells several apart.
  std::string NewId(absl::string_view step) const;
  // A reproducible request id for a call to another service made on behalf of this change.
  std::string StepRequestId(absl::string_view step) const;

  void Audit(AuditRecord record);
  // One event = one version of the aggregate. `payload` is serialized now.
  void Emit(absl::string_view aggregate, int64_t version, const google::protobuf::Message& payload,
            int audience = kInternalOnly);

 private:
  friend class Commands;
  Change() = default;
  struct Outgoing {
    std::string aggregate, type, payload;
    int64_t version;
    int audience;
  };
  pg::Tx* sql_ = nullptr;
  absl::Time now_;
  std::string actor_, parent_, request_id_, trace_;
  std::vector<std::string> roles_;
  std::vector<AuditRecord> audit_;
  std::vector<Outgoing> outbox_;
};

// Why something is done without a person's request: an event or a timer.
struct Cause {
  std::string actor;   // "services/deadline"
  std::string parent;  // "venue/1/42" (source/epoch/position) or "timer/overdue/2023-02-03T00:00Z"
  std::string trace;
  std::string request_id = {};  // of the command that led to the event, if there was one
};

// Thread-safe.
class Commands {
 public:
  // `on_commit` is called after each commit that emitted events (wakes the sequencer); may be
  // empty.
  Commands(pg::Pool& pool, const Clock& clock, std::function<void()> on_commit);

  // Runs a person's or service's command. A repeated request_id of the same caller and method
  // answers with the first response, without running `fn`; with another content: INVALID_ARGUMENT
  // REQUEST_ID_REUSED. Failures are not remembered. `fn` may run several times.
  template <typename Response>
  absl::StatusOr<Response> Run(const rpc::Call& call,
                               const std::function<absl::StatusOr<Response>(Change&)>& fn) {
    Response response;
    absl::Status status = RunMessage(call, response, [&](Change& change) -> absl::Status {
      absl::StatusOr<Response> result = fn(change);
      if (!result.ok()) return result.status();
      response = *std::move(result);
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    return response;
  }

  // Runs an effect of an event or timer in a transaction of its own.
  absl::Status Act(const Cause& cause, absl::string_view op,
                   const std::function<absl::Status(Change&)>& fn);

  // The same inside a transaction that the caller owns (a consumer's, with its cursor). The caller
  // must call `Committed` after its commit. After a failure the transaction may hold part of the
  // effect: roll back, or run this in a Savepoint.
  absl::Status ActWithin(pg::Tx& tx, const Cause& cause,
                         const std::function<absl::Status(Change&)>& fn);
  void Committed() const;

  pg::Pool& pool() const { return pool_; }
  const Clock& clock() const { return clock_; }

 private:
  absl::Status RunMessage(const rpc::Call& call, google::protobuf::Message& response,
                          const std::function<absl::Status(Change&)>& fn);
  struct Request;
  // Answers a repeated request with its first response.
  static absl::Status Replay(pg::Tx& tx, const Request& request,
                             google::protobuf::Message& response);
  // Returns whether events were emitted.
  absl::StatusOr<bool> Perform(pg::Tx& tx, const Cause& cause,
                               const std::function<absl::Status(Change&)>& fn) const;
  // Writes the audit entries, the response of a request (if any) and, last, the events.
  static absl::Status Finish(Change& change, const Request* request, const std::string& response);
  pg::Pool& pool_;
  const Clock& clock_;
  std::function<void()> on_commit_;
};

// Forgets requests that are older than 30 days, at most 5000 of them; returns how many. Call again
// while it returns more than 0.
absl::StatusOr<int> PurgeIdempotency(pg::Pool& pool, absl::Time now);

// The tables that every schema has (idempotency, outbox, source_head, source_epoch, event_log,
// feed_log, audit_entry, consumer_cursor, parked_event), as the first migration of each service.
pg::Migration SpineMigration(absl::string_view source);

}  // namespace rectify::events
