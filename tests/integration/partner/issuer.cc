#include "tests/integration/partner/issuer.h"

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/testing/process.h"

namespace rectify::partner {
namespace {

using Json = nlohmann::json;

constexpr char kDiscovery[] = "/.well-known/openid-configuration", kKeys[] = "/jwks";

http::Response Page(const Json& content) {
  http::Response response;
  response.headers.Add("Content-Type", "application/json");
  response.headers.Add("Cache-Control", "max-age=600");
  response.body = content.dump();
  return response;
}

}  // namespace

Issuer::Issuer() {
  http::ServerOptions options;
  options.refuse = [](http::Fault) { return http::Response(); };
  auto server = http::Server::Start(options, [this](http::Request request, http::Respond respond) {
    respond(Reply(request.target));
  });
  if (!server.ok()) testing::Die(server.status().ToString());
  server_ = *std::move(server);
  url_ = absl::StrCat("http://127.0.0.1:", server_->port());
  Answer(kDiscovery, Page({{"issuer", url_}, {"jwks_uri", url_ + kKeys}}));
}

void Issuer::Publish(const std::vector<oidc::Signer>& signers) {
  Answer(kKeys, Page(oidc::KeySetOf(signers)));
}

void Issuer::Answer(const std::string& path, http::Response response) {
  absl::MutexLock lock(&mutex_);
  pages_[path] = std::move(response);
}

void Issuer::SetAway(bool away) {
  absl::MutexLock lock(&mutex_);
  away_ = away;
}

int Issuer::requests() const {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

http::Response Issuer::Reply(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  ++requests_;
  const auto page = pages_.find(path);
  if (!away_ && page != pages_.end()) return page->second;
  http::Response response;
  response.status = away_ ? 503 : 404;
  return response;
}

std::string Issuer::Setup(absl::string_view rules) const {
  const std::string path = folder_.path() + "/logins.txtpb";
  std::ofstream(path) << "issuer: \"" << url_ << "\"\n"
                      << "client_id: \"rectify\"\n"
                      << "algorithms: ALGORITHM_RS256\n"
                      << "algorithms: ALGORITHM_ES256\n"
                      << rules << "\n";
  return path;
}

}  // namespace rectify::partner
