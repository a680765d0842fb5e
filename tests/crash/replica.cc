#include "tests/crash/replica.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/testing/process.h"

namespace rectify::crash {
namespace {

constexpr char kPeer[] = "peer.";

service::HostOptions OptionsOf(const Args& args) {
  service::HostOptions options;
  options.name = args.at("name");
  options.pg_dsn = args.at("dsn");
  options.redis = args.at("redis");
  options.clock = args.at("clock");
  options.allow_simulated_clock = true;
  options.keys = args.at("keys");
  options.sealed = args.at("sealed") == "1";
  for (const auto& [key, value] : args) {
    absl::string_view peer = key;
    if (absl::ConsumePrefix(&peer, kPeer)) options.peers[std::string(peer)] = value;
  }
  // Beside the sockets of the others.
  options.server.listen = absl::StrCat("unix:", args.at("keys"), "/", getpid(), ".sock");
  return options;
}

void Check(const absl::Status& status) {
  if (!status.ok()) testing::Die(status.ToString());
}

}  // namespace

Args Replica::ArgsOf(const service::Host& host) {
  const service::HostOptions& options = host.options();
  Args args = {{"name", options.name},   {"dsn", options.pg_dsn},
               {"redis", options.redis}, {"clock", options.clock},
               {"keys", options.keys},   {"sealed", options.sealed ? "1" : "0"}};
  for (const auto& [name, address] : options.peers) args[absl::StrCat(kPeer, name)] = address;
  return args;
}

Replica::Replica(const Args& args, std::vector<pg::Migration> migrations,
                 const std::function<absl::Status(service::Host&)>& register_all) {
  service::HostOptions options = OptionsOf(args);
  address_ = options.server.listen;
  auto people = rpc::TokenSigner::FromFile(args.at("keys") + "/private/people.pem");
  Check(people.status());
  people_ = *std::move(people);
  auto host = service::Host::Create(std::move(options), std::move(migrations));
  Check(host.status());
  host_ = *std::move(host);
  Check(register_all(*host_));
  Check(host_->Start());
}

Replica::~Replica() {
  clients_.clear();
  host_->Stop();
}

rpc::Client& Replica::As(const std::string& user, const std::string& role) {
  std::unique_ptr<rpc::Client>& client = clients_[user];
  if (client == nullptr) {
    auto token = people_->Sign({user, {role}, "120110", {}}, absl::Hours(1));
    Check(token.status());
    rpc::ClientOptions options;
    options.target = address_;
    options.token = [token = *token] { return token; };
    options.max_attempts = 1;
    client = std::make_unique<rpc::Client>(std::move(options));
  }
  return *client;
}

}  // namespace rectify::crash
