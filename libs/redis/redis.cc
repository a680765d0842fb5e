#include "libs/redis/redis.h"

#include <hiredis/hiredis.h>
#include <openssl/evp.h>
#include <sys/time.h>

#include <csignal>
#include <mutex>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"

namespace rectify::redis {
namespace {

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using ReplyPtr = std::unique_ptr<redisReply, FreeReply>;

// hiredis writes without MSG_NOSIGNAL: a server that went away would end the process.
void IgnoreBrokenPipes() {
  static std::once_flag once;
  std::call_once(once, [] { std::signal(SIGPIPE, SIG_IGN); });
}

std::string Sha1Hex(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

Reply Convert(const redisReply& raw) {
  Reply reply;
  switch (raw.type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::kInteger;
      reply.integer = raw.integer;
      break;
    case REDIS_REPLY_STRING:
      reply.kind = Reply::Kind::kString;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::kStatus;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::kError;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::kArray;
      reply.elements.reserve(raw.elements);
      for (size_t i = 0; i < raw.elements; ++i) reply.elements.push_back(Convert(*raw.element[i]));
      break;
    default:
      break;
  }
  return reply;
}

}  // namespace

struct Connection::Impl {
  std::string address;
  absl::Duration timeout;
  std::unique_ptr<redisContext, FreeContext> context;

  // A context that failed is spent, and redisReconnect would forget the command timeout: hence a
  // new one.
  absl::Status Spend(absl::string_view what) {
    std::string reason = context != nullptr && context->errstr[0] != '\0' ? context->errstr : "";
    context.reset();
    return absl::UnavailableError(absl::StrCat("redis ", address, ": ", what, " ", reason));
  }

  absl::Status Connect() {
    if (context != nullptr) return absl::OkStatus();
    const timeval limit = absl::ToTimeval(timeout);
    absl::string_view path = address;
    if (absl::ConsumePrefix(&path, "unix:")) {
      context.reset(redisConnectUnixWithTimeout(std::string(path).c_str(), limit));
    } else {
      const size_t colon = address.rfind(':');
      int port = 0;
      if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port)) {
        return absl::InvalidArgumentError(absl::StrCat("not a redis address: ", address));
      }
      context.reset(redisConnectWithTimeout(address.substr(0, colon).c_str(), port, limit));
    }
    if (context == nullptr || context->err != 0) return Spend("connect");
    // The connect timeout is not the command timeout; without this a dead peer blocks for ever.
    if (redisSetTimeout(context.get(), limit) != REDIS_OK) return Spend("set timeout");
    return absl::OkStatus();
  }

  absl::Status Append(const std::vector<std::string>& args) {
    std::vector<const char*> data;
    std::vector<size_t> sizes;
    data.reserve(args.size());
    sizes.reserve(args.size());
    for (const std::string& arg : args) {
      data.push_back(arg.data());
      sizes.push_back(arg.size());
    }
    if (redisAppendCommandArgv(context.get(), static_cast<int>(args.size()), data.data(),
                               sizes.data()) != REDIS_OK) {
      return Spend("send");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Reply> Read() {
    void* raw = nullptr;
    if (redisGetReply(context.get(), &raw) != REDIS_OK || raw == nullptr) return Spend("read");
    return Convert(*ReplyPtr(static_cast<redisReply*>(raw)));
  }
};

Connection::Connection(std::string address, absl::Duration timeout)
    : impl_(std::make_unique<Impl>()) {
  IgnoreBrokenPipes();
  impl_->address = std::move(address);
  impl_->timeout = timeout;
}

Connection::~Connection() = default;

absl::StatusOr<Reply> Connection::Command(const std::vector<std::string>& args) {
  RETURN_IF_ERROR(impl_->Connect());
  RETURN_IF_ERROR(impl_->Append(args));
  return impl_->Read();
}

absl::StatusOr<std::vector<Reply>> Connection::Pipeline(
    const std::vector<std::vector<std::string>>& commands) {
  RETURN_IF_ERROR(impl_->Connect());
  for (const auto& args : commands) RETURN_IF_ERROR(impl_->Append(args));
  std::vector<Reply> replies;
  replies.reserve(commands.size());
  for (size_t i = 0; i < commands.size(); ++i) {
    ASSIGN_OR_RETURN(Reply reply, impl_->Read());
    replies.push_back(std::move(reply));
  }
  return replies;
}

absl::StatusOr<Reply> Connection::Eval(const std::string& script,
                                       const std::vector<std::string>& keys,
                                       const std::vector<std::string>& args) {
  std::vector<std::string> command = {"EVALSHA", Sha1Hex(script), absl::StrCat(keys.size())};
  command.insert(command.end(), keys.begin(), keys.end());
  command.insert(command.end(), args.begin(), args.end());
  ASSIGN_OR_RETURN(Reply reply, Command(command));
  if (reply.kind != Reply::Kind::kError || !absl::StartsWith(reply.text, "NOSCRIPT")) return reply;
  command[0] = "EVAL";
  command[1] = script;
  return Command(command);
}

}  // namespace rectify::redis
