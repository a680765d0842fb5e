// Keys of partners turned into tokens, remembered for a while.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rectify/partner/v1/partner_access.pb.h"

namespace rectify::gateway {

// Whether a credential is a partner's key rather than a token.
bool IsApiKey(absl::string_view credential);

// Whether a method is one of those that `scopes` name.
bool InScope(const partner::v1::Passport& passport, const std::string& method);

// Thread-safe. Calls back now or on a thread of the one who answers.
class Passports {
 public:
  using Passport = std::shared_ptr<const partner::v1::Passport>;
  using Done = std::function<void(const absl::StatusOr<Passport>&)>;
  using Ask = std::function<void(const partner::v1::ExchangeApiKeyRequest&,
                                 std::function<void(absl::StatusOr<partner::v1::Passport>)>)>;

  Passports(Ask ask, std::function<absl::Time()> now);

  // An answer, good or bad, is good for ten seconds. While the registry is away, a passport serves
  // as long as its token lives.
  void Get(const std::string& key, const std::string& address, const Done& done);

 private:
  struct Entry {
    absl::StatusOr<Passport> answer = absl::UnknownError("not asked yet");
    absl::Time good_until = absl::InfinitePast();
    bool asking = false;
    std::vector<Done> waiting;
  };

  void Learn(const std::string& name, absl::StatusOr<partner::v1::Passport> answer);
  void MakeRoom() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Ask ask_;
  const std::function<absl::Time()> now_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rectify::gateway
