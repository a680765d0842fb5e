#include "services/gateway/edge/readiness.h"

#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace rectify::gateway {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);

// Until every service has answered.
struct Inquiry {
  http::Respond respond;
  absl::Mutex mutex;
  size_t open ABSL_GUARDED_BY(mutex);
  std::set<std::string> silent ABSL_GUARDED_BY(mutex);

  Inquiry(http::Respond respond, size_t services) : respond(std::move(respond)), open(services) {}

  void Note(const std::string& name, const absl::Status& status) {
    http::Response response;
    {
      absl::MutexLock lock(&mutex);
      if (!status.ok()) silent.insert(name);
      if (--open > 0) return;
      response.status = silent.empty() ? 200 : 503;
      response.body = silent.empty() ? "ok\n" : absl::StrCat(absl::StrJoin(silent, "\n"), "\n");
    }
    response.headers.Add("Content-Type", "text/plain");
    respond(std::move(response));
  }
};

}  // namespace

void AnswerReadiness(const Clients& clients, http::Respond respond) {
  const auto inquiry = std::make_shared<Inquiry>(std::move(respond), clients.size());
  for (const auto& [name, client] : clients) {
    client->CheckHealth(kPatience, [inquiry, name = name](const absl::Status& status) {
      inquiry->Note(name, status);
    });
  }
}

}  // namespace rectify::gateway
