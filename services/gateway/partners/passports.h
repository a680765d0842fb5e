// What callers show turned into tokens of ours, remembered for a while.
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

// Id of the key that signs the gateway's own tokens.
inline constexpr absl::string_view kOwnKey = "svc-gateway";

// What a caller shows, by its looks; whether it is genuine, others find out.
enum class CredentialKind {
  kToken,    // of ours, or anything else that the services refuse
  kApiKey,   // a partner's key
  kIdToken,  // a JWT of another issuer than ours: of somebody who has logged in elsewhere
  kOwn,      // the gateway's own, which nobody outside has
};
CredentialKind KindOf(absl::string_view credential);

struct Credential {
  std::string text;
  std::string address;   // where it came from, without port; empty where that does not matter
  std::string language;  // of error texts: "zh-CN" or "en"
};

// Whether a method is one of those that `scopes` name.
bool InScope(const partner::v1::Passport& passport, const std::string& method);

// Thread-safe. Calls back now or on a thread of the one who answers.
class Passports {
 public:
  using Passport = std::shared_ptr<const partner::v1::Passport>;
  using Done = std::function<void(const absl::StatusOr<Passport>&)>;
  using Ask = std::function<void(const Credential&,
                                 std::function<void(absl::StatusOr<partner::v1::Passport>)>)>;
  // Whether what was shown can be taken back before its time.
  enum class Follow { kRevocations, kNothing };

  Passports(Ask ask, std::function<absl::Time()> now, Follow follow);

  // An answer, good or bad, is good for ten seconds; a passport of what can't be taken back, until
  // shortly before its token ends. While the registry is away, a passport serves as long as its
  // token lives.
  void Get(const Credential& credential, const Done& done);

 private:
  struct Entry {
    absl::StatusOr<Passport> answer = absl::UnknownError("not asked yet");
    absl::Time good_until = absl::InfinitePast();
    bool asking = false;
    std::vector<Done> waiting;
  };

  absl::Time GoodUntil(const partner::v1::Passport& passport) const;
  void Learn(const std::string& name, absl::StatusOr<partner::v1::Passport> answer);
  void MakeRoom() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Ask ask_;
  const std::function<absl::Time()> now_;
  const Follow follow_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rectify::gateway
