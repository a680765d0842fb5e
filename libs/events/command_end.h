// The end of a transaction that changes something: audit entries, the responses to remember and,
// last, the events of all its changes, in one statement. Used inside libs/events only.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/events/command.h"
#include "libs/pg/param.h"

namespace rectify::events {

// Takes from the changes what it is given.
class CommandEnd {
 public:
  void Add(Change& change);
  // The encoded response to what this call, whose request id is claimed, asked.
  void Answer(const rpc::Call& call, const std::string& response);
  // Travels with COMMIT. Nothing is written when there is nothing.
  absl::Status Send(pg::Tx& tx, absl::Time now) const;
  bool has_events() const { return !outbox_.aggregates.empty(); }

 private:
  // Who did it, for each row.
  struct Origin {
    // `tells_cause`: also by which command (request id and trace).
    void Add(const Change& change, bool tells_cause = true);
    std::vector<std::string> actors, traces;
    std::vector<pg::Param> request_ids;  // of services acting on their own: NULL
  };
  struct {
    Origin origin;
    std::vector<std::string> roles, actions, subjects, related, summaries, details;
  } audit_;
  struct {
    Origin origin;
    std::vector<std::string> aggregates, types;
    std::vector<int64_t> versions, audiences;
    std::vector<pg::Bytes> payloads;
    std::vector<std::string> feeds;
    std::vector<absl::Time> occur_times;
  } outbox_;
  struct {
    std::vector<std::string> callers, methods, request_ids;
    std::vector<pg::Bytes> responses;
  } answers_;
};

}  // namespace rectify::events
