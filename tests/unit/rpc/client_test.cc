// Retries and other behaviour of the client.
#include <atomic>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/transport.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using paper::v1::FilePaperRequest;
using paper::v1::GetPaperRequest;
using paper::v1::Paper;
using paper::v1::StampPaperRequest;
using ::testing::Each;
using ::testing::SizeIs;
using testing::StatusIs;

class ClientTest : public RpcTest {
 protected:
  ClientTest() {
    get_ = [this](const Call& call, const GetPaperRequest&) { return Answer(call); };
    file_ = [this](const Call& call, const FilePaperRequest&) { return Answer(call); };
    stamp_ = [this](const Call& call, const StampPaperRequest&) { return Answer(call); };
  }
  // Fails while failures are left.
  absl::StatusOr<Paper> Answer(const Call& call) {
    seen_.push_back(call.request_id);
    if (failures_-- > 0) return failure_;
    return Paper();
  }

  int failures_ = 0;
  absl::Status failure_ = OverloadedError();
  std::vector<std::string> seen_;
};

absl::Status HealthOf(const Client& client) {
  absl::Notification told;
  absl::Status health;
  client.CheckHealth(absl::Seconds(20), [&](absl::Status status) {
    health = std::move(status);
    told.Notify();
  });
  told.WaitForNotification();
  return health;
}

TEST_F(ClientTest, AsksForHealthWithoutAToken) {
  StartServer();
  const Client client = MakeClient("");
  server_->SetServing(true);
  EXPECT_OK(HealthOf(client));
  server_->SetServing(false);
  EXPECT_EQ(HealthOf(client).code(), absl::StatusCode::kUnavailable);
  ClientOptions nowhere;
  nowhere.target = "127.0.0.1:1";
  EXPECT_EQ(HealthOf(Client(nowhere)).code(), absl::StatusCode::kUnavailable);
}

TEST_F(ClientTest, RepeatsACommandWithItsRequestIdWhenTheServerIsUnavailable) {
  failures_ = 2;
  StartServer();
  FilePaperRequest request = FileRequest();
  request.set_request_id(kRequestId);
  EXPECT_OK(MakeClient(Inspector(), 3).Unary<Paper>(kFilePaper, request));
  EXPECT_THAT(seen_, SizeIs(3));
  EXPECT_THAT(seen_, Each(kRequestId));
}

TEST_F(ClientTest, RepeatsAnIdempotentCall) {
  failures_ = 1;
  StartServer();
  GetPaperRequest request;
  request.set_name(kOwnPaper);
  EXPECT_OK(MakeClient(Inspector(), 3).Unary<Paper>(kGetPaper, request));
  EXPECT_THAT(seen_, SizeIs(2));
}

TEST_F(ClientTest, FindsAServerThatWasRestartedWithinItsAttempts) {
  StartServer();
  ClientOptions options;
  options.target = absl::StrCat("127.0.0.1:", server_->port());
  options.token = [token = TokenOf(Inspector())] { return token; };
  options.max_attempts = 6;
  const Client client(std::move(options));
  GetPaperRequest request;
  request.set_name(kOwnPaper);
  ASSERT_OK(client.Unary<Paper>(kGetPaper, request));
  options_.listen = absl::StrCat("127.0.0.1:", server_->port());
  for (int restart = 0; restart < 5; ++restart) {
    channel_.reset();
    server_->Shutdown(absl::ZeroDuration());
    ASSERT_EQ(client.Unary<Paper>(kStampPaper, StampPaperRequest()).status().code(),
              absl::StatusCode::kUnavailable);
    StartServer();
    EXPECT_OK(client.Unary<Paper>(kGetPaper, request));
  }
}

TEST_F(ClientTest, WhatNoHeaderMayHaveIsRefusedLikeAnyWrongToken) {
  StartServer();
  GetPaperRequest request;
  request.set_name(kOwnPaper);
  for (const char* token : {"\xff", "密码", "a\tb", "a b", "a\nb", "-"}) {
    EXPECT_THAT(MakeClient(std::string(token), 1).Unary<Paper>(kGetPaper, request),
                StatusIs(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID"))
        << token;
  }
  CallOptions call;
  call.trace = "\xff";
  EXPECT_OK(MakeClient(Inspector(), 1).Unary<Paper>(kGetPaper, request, call));
}

TEST_F(ClientTest, DoesNotRepeatWhatCouldHappenTwice) {
  failures_ = 1;
  StartServer();
  const Client client = MakeClient(Inspector(), 3);
  EXPECT_THAT(client.Unary<Paper>(kStampPaper, StampPaperRequest()),
              StatusIs(absl::StatusCode::kUnavailable, "OVERLOADED"));
  failures_ = 1;
  EXPECT_THAT(client.Unary<Paper>(kFilePaper, FileRequest()),
              StatusIs(absl::StatusCode::kUnavailable, "OVERLOADED"));
  EXPECT_THAT(seen_, SizeIs(2));
}

TEST_F(ClientTest, GivesUpAfterItsAttempts) {
  failures_ = 5;
  StartServer();
  FilePaperRequest request = FileRequest();
  request.set_request_id(kRequestId);
  EXPECT_THAT(MakeClient(Inspector(), 2).Unary<Paper>(kFilePaper, request),
              StatusIs(absl::StatusCode::kUnavailable, "OVERLOADED"));
  EXPECT_THAT(seen_, SizeIs(2));
}

TEST_F(ClientTest, RepeatsNothingElse) {
  failures_ = 5;
  failure_ = MakeError(
      absl::StatusCode::kAborted,
      {.reason = "CONFLICT", .text = {"冲突", "conflict"}, .metadata = {}, .violations = {}});
  StartServer();
  FilePaperRequest request = FileRequest();
  request.set_request_id(kRequestId);
  EXPECT_THAT(MakeClient(Inspector(), 3).Unary<Paper>(kFilePaper, request),
              StatusIs(absl::StatusCode::kAborted, "CONFLICT"));
  EXPECT_THAT(seen_, SizeIs(1));
}

TEST_F(ClientTest, AsksForATokenPerAttempt) {
  failures_ = 2;
  StartServer();
  std::atomic<int> asked{0};
  ClientOptions options;
  options.token = [&] {
    ++asked;
    return TokenOf(Inspector());
  };
  const Client client(options, channel_);
  FilePaperRequest request = FileRequest();
  request.set_request_id(kRequestId);
  EXPECT_OK(client.Unary<Paper>(kFilePaper, request));
  EXPECT_EQ(asked, 3);
}

TEST_F(ClientTest, OneCallMayCarryAnotherToken) {
  StartServer();
  CallOptions options;
  options.token = TokenOf(Inspector());
  EXPECT_OK(MakeClient("").Unary<Paper>(kStampPaper, StampPaperRequest(), options));
}

TEST_F(ClientTest, TypesOtherThanTheContractsAreRefusedHere) {
  StartServer();
  const Client client = MakeClient(Inspector());
  EXPECT_EQ(client.Unary<Paper>(kStampPaper, GetPaperRequest()).status().code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(client.Unary<StampPaperRequest>(kStampPaper, StampPaperRequest()).status().code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(
      client.Unary<Paper>("rectify.paper.v1.PaperDesk.Burn", StampPaperRequest()).status().code(),
      absl::StatusCode::kInternal);
}

TEST_F(ClientTest, CallsOverLoopback) {
  StartServer();
  ClientOptions options;
  options.target = "127.0.0.1:" + std::to_string(server_->port());
  options.token = [] { return TokenOf(Inspector()); };
  EXPECT_OK(Client(options).Unary<Paper>(kStampPaper, StampPaperRequest()));
}

TEST_F(ClientTest, PlaintextStaysOnLoopback) {
  ClientOptions options;
  options.target = "rectify.example:443";
  EXPECT_EQ(Client(options).Unary<Paper>(kStampPaper, StampPaperRequest()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(TransportTest, KnowsLoopbackAddresses) {
  for (const char* address : {"127.0.0.1:1", "localhost:1", "[::1]:1", "dns:///localhost:1",
                              "ipv4:127.8.8.8:1", "unix:/run/rectify.sock"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0:1", "[::]:1", "example.cn:1", "127.evil.cn:1", "10.0.0.1:1",
                              "localhost.evil.cn:1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

}  // namespace
}  // namespace rectify::rpc
