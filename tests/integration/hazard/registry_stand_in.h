// The registry as this service sees it: real rpcs and a real event feed over what a test puts in.
// Unlike the real one it can keep an event back, or answer an rpc with an older version.
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "libs/service/host.h"
#include "rectify/venue/v1/venue.pb.h"

namespace rectify::hazard {

class RegistryStandIn {
 public:
  absl::Status Register(service::Host& host);

  // What the rpcs answer; the etag is the version. Without an event nobody is told. A venue with
  // `redirected_from` answers for that name.
  void Put(const venue::v1::Venue& venue);
  void Put(const venue::v1::Officer& officer);
  void Put(const venue::v1::Department& department);
  void Put(const venue::v1::Street& street);

  // Tell the followers.
  void Announce(const venue::v1::Venue& venue);
  void Announce(const venue::v1::Officer& officer);
  void Announce(const venue::v1::Department& department);
  void Announce(const venue::v1::Street& street);
  // Tells that the source, now of its etag's version, was merged into the target.
  void AnnounceMerge(const venue::v1::Venue& source, const venue::v1::Venue& target);

  // How many rpcs were answered.
  int calls() const;

 private:
  template <typename T>
  absl::StatusOr<T> Find(const std::map<std::string, T>& all, const std::string& name)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Emit(const std::string& aggregate, const std::string& etag,
            const google::protobuf::Message& event);

  service::Host* host_ = nullptr;
  mutable absl::Mutex mutex_;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, venue::v1::Venue> venues_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, venue::v1::Officer> officers_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, venue::v1::Department> departments_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, venue::v1::Street> streets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rectify::hazard
