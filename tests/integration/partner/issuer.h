// An identity provider on loopback: what it publishes, over real HTTP.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "libs/http/server.h"
#include "libs/testing/sandbox.h"
#include "tests/unit/oidc/signer.h"

namespace rectify::partner {

class Issuer {
 public:
  Issuer();

  // "http://127.0.0.1:port".
  const std::string& url() const { return url_; }
  // Its keys from now on.
  void Publish(const std::vector<oidc::Signer>& signers);
  // What a path answers from now on.
  void Answer(const std::string& path, http::Response response);
  // 503 for everything, until it is back.
  void SetAway(bool away);
  int requests() const;

  // A file for --oidc that names it, with these rules.
  std::string Setup(absl::string_view rules) const;

 private:
  http::Response Reply(const std::string& path);

  testing::TempDir folder_;
  mutable absl::Mutex mutex_;
  std::map<std::string, http::Response> pages_ ABSL_GUARDED_BY(mutex_);
  bool away_ ABSL_GUARDED_BY(mutex_) = false;
  int requests_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<http::Server> server_;
  std::string url_;
};

}  // namespace rectify::partner
