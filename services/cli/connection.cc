#include "services/cli/connection.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace rectify::cli {
namespace {

constexpr absl::Duration kTokenLife = absl::Hours(8);

}  // namespace

absl::StatusOr<const rpc::Client*> Connection::Open(const std::string& service,
                                                    const std::string& key,
                                                    std::function<std::string()> token) {
  std::unique_ptr<rpc::Client>& client = clients_[absl::StrCat(service, "|", key)];
  if (client != nullptr) return client.get();
  if (!Knows(service)) {
    const std::string variable = absl::StrCat("RECTIFY_", absl::AsciiStrToUpper(service));
    return absl::FailedPreconditionError(absl::StrCat("不知道服务 ", service, " 的地址：请用 --",
                                                      service, " 主机:端口 或环境变量 ", variable,
                                                      " 指定"));
  }
  rpc::ClientOptions options;
  options.target = options_.addresses.at(service);
  options.tls = options_.tls;
  options.token = std::move(token);
  options.timeout = absl::Seconds(30);
  client = std::make_unique<rpc::Client>(std::move(options));
  return client.get();
}

bool Connection::Knows(const std::string& service) const {
  auto address = options_.addresses.find(service);
  return address != options_.addresses.end() && !address->second.empty();
}

absl::StatusOr<const rpc::Client*> Connection::Service(const std::string& service) {
  return Open(service, "", [token = options_.token] { return token; });
}

absl::StatusOr<const rpc::Client*> Connection::ServiceWith(const std::string& service,
                                                           const std::string& token) {
  return Open(service, token, [token] { return token; });
}

absl::StatusOr<const rpc::Client*> Connection::ServiceAs(const std::string& service,
                                                         const rpc::Caller& caller) {
  const std::string key =
      absl::StrCat(caller.subject, "|", absl::StrJoin(caller.roles, ","), "|", caller.district);
  // One token for all services, and signing it is dearer than most calls.
  std::string& token = tokens_[key];
  if (token.empty()) {
    ASSIGN_OR_RETURN(token, MakeToken(caller, kTokenLife));
  }
  return Open(service, key, [token] { return token; });
}

absl::StatusOr<std::string> Connection::MakeToken(const rpc::Caller& caller, absl::Duration life) {
  if (signer_ == nullptr) {
    if (options_.keys.empty()) {
      return absl::FailedPreconditionError(
          "签发令牌需要密钥目录：请用 --keys 目录 或环境变量 RECTIFY_KEYS 指定");
    }
    ASSIGN_OR_RETURN(signer_, rpc::TokenSigner::FromFile(options_.keys + "/private/people.pem"));
  }
  return signer_->Sign(caller, life);
}

}  // namespace rectify::cli
