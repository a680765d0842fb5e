// The token by which a service calls its peers.
#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/rpc/token.h"

namespace rectify::rpc {

// Signed anew before it ends. Thread-safe.
class OwnToken {
 public:
  OwnToken(std::unique_ptr<TokenSigner> signer, std::string subject)
      : signer_(std::move(signer)), subject_(std::move(subject)) {}

  // Empty when it can't be signed, which is logged: the peer refuses then.
  std::string Get();

 private:
  absl::Mutex mutex_;
  std::unique_ptr<TokenSigner> signer_;
  const std::string subject_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  absl::Time expires_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace rectify::rpc
