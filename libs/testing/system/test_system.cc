#include "libs/testing/system/test_system.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/crypto/crypto.h"
#include "libs/rpc/convert.h"

namespace rectify::testing {
namespace {

constexpr int kMaxRounds = 100;

[[noreturn]] void Die(absl::string_view what, const absl::Status& status) {
  std::fprintf(stderr, "TestSystem: %s: %s\n", std::string(what).c_str(),
               status.ToString().c_str());
  std::abort();
}

void Check(absl::string_view what, const absl::Status& status) {
  if (!status.ok()) Die(what, status);
}

}  // namespace

TestSystem::TestSystem(absl::Time start, std::vector<std::string> services)
    : services_(std::move(services)) {
  absl::StatusOr<std::unique_ptr<SimulatedClock>> clock =
      SimulatedClock::Create(folder_.path() + "/clock", start);
  Check("clock", clock.status());
  clock_ = *std::move(clock);
  for (const char* key : {"people", "partners"}) Check(key, rpc::CreateKeyPair(keys(), key));
  for (const std::string& name : services_) {
    Check(name, rpc::CreateKeyPair(keys(), "svc-" + name));
  }
  Check("field key", crypto::FieldCipher::CreateKeyFile(keys() + "/field.key"));
}

TestSystem::~TestSystem() {
  clients_.clear();
  for (auto& [name, host] : hosts_) host->Stop();
}

service::Host& TestSystem::Start(const std::string& name, std::vector<pg::Migration> migrations,
                                 const std::function<absl::Status(service::Host&)>& register_all) {
  service::HostOptions options;
  options.name = name;
  options.pg_dsn = database_.dsn();
  options.redis = redis_.address();
  return Run(std::move(options), std::move(migrations), register_all);
}

service::Host& TestSystem::StartSealed(
    const std::string& name, std::vector<pg::Migration> migrations,
    const std::function<absl::Status(service::Host&)>& register_all) {
  service::HostOptions options;
  options.name = name;
  if (sealed_database_ == nullptr) sealed_database_ = std::make_unique<TestDatabase>();
  options.pg_dsn = sealed_database_->dsn();
  options.sealed = true;
  return Run(std::move(options), std::move(migrations), register_all);
}

service::Host& TestSystem::Run(service::HostOptions options, std::vector<pg::Migration> migrations,
                               const std::function<absl::Status(service::Host&)>& register_all) {
  const std::string name = options.name;
  options.clock = "shm:" + folder_.path() + "/clock";
  options.allow_simulated_clock = true;
  options.keys = keys();
  options.server.listen = absl::StrCat("unix:", folder_.path(), "/", name, ".sock");
  for (const std::string& peer : services_) {
    options.peers[peer] = absl::StrCat("unix:", folder_.path(), "/", peer, ".sock");
  }
  absl::StatusOr<std::unique_ptr<service::Host>> host =
      service::Host::Create(std::move(options), std::move(migrations));
  Check(name, host.status());
  Check(name, register_all(**host));
  Check(name, (*host)->Start());
  hosts_[name] = *std::move(host);
  return *hosts_[name];
}

void TestSystem::Stop(const std::string& name) {
  hosts_.at(name)->Stop();
  hosts_.erase(name);
}

// People have one key, each service has its own.
std::unique_ptr<rpc::TokenSigner> TestSystem::SignerOf(absl::string_view user) const {
  const std::string key =
      absl::ConsumePrefix(&user, "services/") ? absl::StrCat("svc-", user) : std::string("people");
  absl::StatusOr<std::unique_ptr<rpc::TokenSigner>> signer =
      rpc::TokenSigner::FromFile(absl::StrCat(keys(), "/private/", key, ".pem"));
  Check(key, signer.status());
  return *std::move(signer);
}

rpc::Client& TestSystem::As(const std::string& service, absl::string_view user,
                            std::vector<std::string> roles, std::vector<std::string> posts,
                            absl::string_view district) {
  const std::string key = absl::StrCat(service, "|", user, "|", absl::StrJoin(roles, ","), "|",
                                       absl::StrJoin(posts, ","), "|", district);
  absl::MutexLock lock(&mutex_);
  std::unique_ptr<rpc::Client>& client = clients_[key];
  if (client == nullptr) {
    rpc::Caller caller{std::string(user), std::move(roles), std::string(district),
                       std::move(posts)};
    absl::StatusOr<std::string> token = SignerOf(user)->Sign(caller, absl::Hours(1));
    Check("token", token.status());
    rpc::ClientOptions options;
    options.target = absl::StrCat("unix:", folder_.path(), "/", service, ".sock");
    options.token = [token = *token] { return token; };
    client = std::make_unique<rpc::Client>(std::move(options));
  }
  return *client;
}

rpc::Client& TestSystem::Anonymous(const std::string& service) {
  absl::MutexLock lock(&mutex_);
  std::unique_ptr<rpc::Client>& client = clients_[service];
  if (client == nullptr) {
    rpc::ClientOptions options;
    options.target = absl::StrCat("unix:", folder_.path(), "/", service, ".sock");
    client = std::make_unique<rpc::Client>(std::move(options));
  }
  return *client;
}

// Returns the next instant that a timer asks for.
absl::Time TestSystem::SettleRounds() {
  ops::v1::SettleRequest request;
  for (int round = 0; round < kMaxRounds; ++round) {
    bool worked = false;
    absl::Time next_due = absl::InfiniteFuture();
    for (auto& [name, host] : hosts_) {
      absl::StatusOr<ops::v1::SettleResponse> response = host->Settle(request);
      if (!response.ok() && ReasonOf(response.status()) == "NOT_SETTLED" &&
          round + 1 < kMaxRounds) {
        worked = true;  // it may wait for what another one does in this round
        continue;
      }
      Check("settle " + name, response.status());
      worked |= response->worked();
      if (response->has_next_due_time()) {
        next_due = std::min(next_due, rpc::ToTime(response->next_due_time()));
      }
      bool known = false;
      for (ops::v1::SourceHead& head : *request.mutable_heads()) {
        if (head.source() != name) continue;
        known = true;
        worked |= head.position() != response->head().position();
        head.set_position(response->head().position());
      }
      if (!known) {
        worked = true;
        *request.add_heads() = response->head();
      }
    }
    if (!worked) return next_due;
  }
  Die("settle", absl::DeadlineExceededError("the services never came to rest"));
}

void TestSystem::Settle() { SettleRounds(); }

void TestSystem::AdvanceTo(absl::Time until) {
  absl::Time next = SettleRounds();
  while (next <= until) {
    if (next <= clock_->Now()) next = clock_->Now() + absl::Seconds(1);
    clock_->Jump(next);
    next = SettleRounds();
  }
  clock_->Jump(until);
  SettleRounds();
}

}  // namespace rectify::testing
