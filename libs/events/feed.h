// Reading a source's events: in its own process from PostgreSQL, or from afar by rpc.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "libs/rpc/client.h"
#include "libs/rpc/server.h"
#include "rectify/event/v1/event_feed_service.pb.h"

namespace rectify::events {

class FeedReader {
 public:
  virtual ~FeedReader() = default;
  virtual absl::StatusOr<event::v1::ReadEventsResponse> Read(
      const event::v1::ReadEventsRequest& request) = 0;
};

// From PostgreSQL. Waiting is polling at 50 ms. Thread-safe.
class LocalFeed : public FeedReader {
 public:
  LocalFeed(pg::Pool& pool, std::string source) : pool_(pool), source_(std::move(source)) {}
  absl::StatusOr<event::v1::ReadEventsResponse> Read(
      const event::v1::ReadEventsRequest& request) override;
  absl::StatusOr<event::v1::FeedHead> Head(const std::string& feed);
  const std::string& source() const { return source_; }

 private:
  pg::Pool& pool_;
  std::string source_;
};

// Over the EventFeed rpc of the source.
class RemoteFeed : public FeedReader {
 public:
  explicit RemoteFeed(const rpc::Client& client) : client_(client) {}
  absl::StatusOr<event::v1::ReadEventsResponse> Read(
      const event::v1::ReadEventsRequest& request) override;

 private:
  const rpc::Client& client_;
};

// Registers rectify.event.v1.EventFeed, which every service offers. A waiting call holds one of the
// server's workers, so a call waits at most 1 s and at most two wait at a time; a further one is
// answered after one look. A reader that gets no events asks again; `feed` outlives the server.
void RegisterEventFeed(rpc::Server& server, LocalFeed& feed);
// Registers rectify.audit.v1.AuditTrail over the audit_entry table; `service` is the name in the
// entries. Pages are cut by entry id, so entries that are added meanwhile never shift them.
void RegisterAuditTrail(rpc::Server& server, pg::Pool& pool, const std::string& service);

}  // namespace rectify::events
