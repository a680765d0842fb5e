#include "libs/events/command_end.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/events/idempotency.h"

namespace rectify::events {
namespace {

// One statement, because round trips are the cost of a command. The outbox ids are drawn here, at
// the end, while the callers' rows are locked: that makes their order the order of the versions.
constexpr pg::Statement kEnd = {"events.end_command", R"sql(
  with audit as (
    insert into audit_entry (occurred_at, actor, roles, action, subject, related, summary, details,
                             request_id, trace)
    select $1::timestamptz, actor, roles::text[], action, subject, related::text[], summary,
           jsonb_object(details::text[]), request_id, trace
      from unnest($2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[],
                  $8::text[], $9::text[], $10::text[])
           with ordinality as t(actor, trace, request_id, roles, action, subject, related, summary,
                                details, n)
     order by n
  ), answered as (
    update idempotency i set response = t.response
      from unnest($11::text[], $12::text[], $13::uuid[], $14::bytea[])
           as t(caller, method, request_id, response)
     where i.caller = t.caller and i.method = t.method and i.request_id = t.request_id
  )
  insert into outbox (aggregate, aggregate_version, type, audience, feeds, payload, actor,
                      request_id, trace, occurred_at)
  select aggregate, version, type, audience, feeds::text[], payload, actor, request_id, trace,
         occurred_at
    from unnest($15::text[], $16::text[], $17::uuid[], $18::text[], $19::bigint[], $20::text[],
                $21::smallint[], $22::bytea[], $23::text[], $24::timestamptz[])
         with ordinality as t(actor, trace, request_id, aggregate, version, type, audience, payload,
                              feeds, occurred_at, n)
   order by n)sql"};

// An array literal as text, for one row of a set whose column is an array itself.
std::string Literal(const std::vector<std::string>& values) {
  return pg::Param(values).text().value_or("{}");
}

}  // namespace

void CommandEnd::Origin::Add(const Change& change, bool tells_cause) {
  actors.push_back(change.actor_);
  traces.push_back(tells_cause ? change.trace_ : "");
  const bool known = tells_cause && !change.request_id_.empty();
  request_ids.push_back(known ? pg::Param(change.request_id_) : pg::Param(nullptr));
}

void CommandEnd::Add(Change& change) {
  for (AuditRecord& record : change.audit_) {
    std::vector<std::string> pairs;
    for (const auto& [key, value] : record.details) {
      pairs.push_back(key);
      pairs.push_back(value);
    }
    audit_.origin.Add(change);
    audit_.roles.push_back(Literal(change.roles_));
    audit_.actions.push_back(std::move(record.action));
    audit_.subjects.push_back(std::move(record.subject));
    audit_.related.push_back(Literal(record.related));
    audit_.summaries.push_back(std::move(record.summary));
    audit_.details.push_back(Literal(pairs));
  }
  for (Change::Outgoing& outgoing : change.outbox_) {
    // A feed of somebody's own tells what happened, not by which command.
    outbox_.origin.Add(change, /*tells_cause=*/outgoing.feeds.empty());
    outbox_.aggregates.push_back(std::move(outgoing.aggregate));
    outbox_.types.push_back(std::move(outgoing.type));
    outbox_.versions.push_back(outgoing.version);
    outbox_.audiences.push_back(outgoing.audience);
    outbox_.payloads.push_back({std::move(outgoing.payload)});
    outbox_.feeds.push_back(Literal(outgoing.feeds));
    outbox_.occur_times.push_back(outgoing.occur_time.value_or(change.now_));
  }
}

void CommandEnd::Answer(const rpc::Call& call, const std::string& response) {
  answers_.callers.push_back(call.caller.subject);
  answers_.methods.push_back(call.method);
  answers_.request_ids.push_back(RequestIdOf(call));
  answers_.responses.push_back({response});
}

absl::Status CommandEnd::Send(pg::Tx& tx, absl::Time now) const {
  if (audit_.actions.empty() && outbox_.aggregates.empty() && answers_.callers.empty()) {
    return absl::OkStatus();
  }
  return tx.Send(kEnd, {now,
                        audit_.origin.actors,
                        audit_.origin.traces,
                        audit_.origin.request_ids,
                        audit_.roles,
                        audit_.actions,
                        audit_.subjects,
                        audit_.related,
                        audit_.summaries,
                        audit_.details,
                        answers_.callers,
                        answers_.methods,
                        answers_.request_ids,
                        answers_.responses,
                        outbox_.origin.actors,
                        outbox_.origin.traces,
                        outbox_.origin.request_ids,
                        outbox_.aggregates,
                        outbox_.versions,
                        outbox_.types,
                        outbox_.audiences,
                        outbox_.payloads,
                        outbox_.feeds,
                        outbox_.occur_times});
}

}  // namespace rectify::events
