// The present keys of an identity provider, by OpenID Connect Discovery 1.0.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/crypto/public_key.h"
#include "libs/oidc/fetch.h"
#include "libs/oidc/key_set.h"

namespace rectify::oidc {

// Thread-safe. What is fetched stays as long as its Cache-Control says, an hour when it says
// nothing, and in any case between a minute and a day; then Refresh() fetches it again, and Find()
// goes on with what there is, for a day if need be. Only who asks for a key that is not there waits
// until it is fetched. It is tried at most every 30 s.
class KeyCache {
 public:
  using Get = std::function<absl::StatusOr<Document>(const std::string& url)>;

  // `issuer`: a safe address (outbound::IsSafeUrl). `now`: real time.
  KeyCache(std::string issuer, Get get, std::function<absl::Time()> now);

  // UNAUTHENTICATED ID_TOKEN_INVALID when the provider has no such key, UNAVAILABLE
  // LOGIN_UNAVAILABLE when that can't be told now.
  absl::StatusOr<crypto::PublicKey> Find(const std::string& id, Algorithm algorithm);
  // To be called every few seconds. Fetches when it is time to; what goes wrong is logged.
  void Refresh();

 private:
  struct Known {
    std::string keys_url;
    absl::Time url_good_until = absl::InfinitePast();
    std::vector<Key> keys;
    absl::Time keys_good_until = absl::InfinitePast();
  };

  // nullptr: not there, or too old to go on with.
  const Key* Lookup(const std::string& id, Algorithm algorithm) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsMissing(const std::string& id, Algorithm algorithm);
  bool IsOld();
  // Whether the caller is the one to fetch now.
  bool Begin();
  void FetchAll();
  absl::StatusOr<Known> Ask(Known known) const;
  absl::StatusOr<std::string> ReadDiscovery(const Document& document) const;

  const std::string issuer_;
  const Get get_;
  const std::function<absl::Time()> now_;
  absl::Mutex mutex_;
  Known known_ ABSL_GUARDED_BY(mutex_);
  absl::Time tried_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool fetching_ ABSL_GUARDED_BY(mutex_) = false;
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;  // when it was last tried
};

}  // namespace rectify::oidc
