// When a server refuses to start, and what one that started shows.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "libs/rpc/buffer.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using paper::v1::GetPaperRequest;
using paper::v1::Paper;
using ::testing::AllOf;
using ::testing::HasSubstr;

absl::StatusOr<Paper> AnswerPaper(const Call&, const GetPaperRequest&) { return Paper(); }

class StartTest : public RpcTest {};

TEST_F(StartTest, NamesEveryFaultOfAContractAtOnce) {
  Server server(options_, *verifier_);
  for (const char* method : {"WithoutRule", "WithoutField", "WithoutRole"}) {
    server.Unary<GetPaperRequest, Paper>(absl::StrCat("rectify.paper.v1.FaultyDesk.", method),
                                         AnswerPaper);
  }
  server.Unary<GetPaperRequest, Paper>("rectify.paper.v1.FaultyDesk.Invented", AnswerPaper);
  const absl::Status status = server.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("FaultyDesk.WithoutRule has no permission rule"),
                    HasSubstr("FaultyDesk.WithoutField has no string field parent"),
                    HasSubstr("FaultyDesk.WithoutRole must be either public or limited to roles"),
                    HasSubstr("FaultyDesk.WithoutHandler has no handler"),
                    HasSubstr("FaultyDesk.Invented is in no contract")));
}

TEST_F(StartTest, RefusesHandlersOfOtherTypesThanTheContract) {
  Server server(options_, *verifier_);
  server.Unary<GetPaperRequest, Paper>(kCountPapers, AnswerPaper);
  const absl::Status status = server.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("CountPapers has a handler of other types than its contract"));
}

TEST_F(StartTest, RefusesAUnaryHandlerForAStreamAndTheOtherWayRound) {
  Server server(options_, *verifier_);
  server.Unary<GetPaperRequest, Paper>(kListPapers, AnswerPaper);
  server.Stream(kGetPaper, copy_);
  const std::string message(server.Start().message());
  EXPECT_THAT(message, HasSubstr("ListPapers is a stream"));
  EXPECT_THAT(message, HasSubstr("GetPaper is not a stream"));
}

TEST_F(StartTest, RefusesAPortThatAnotherServerOwns) {
  StartServer();
  options_.listen = absl::StrCat("127.0.0.1:", server_->port());
  Server second(options_, *verifier_);
  second.Unary(kGetPaper, get_);
  second.Unary(kFilePaper, file_);
  second.Unary(kStampPaper, stamp_);
  second.Unary<paper::v1::CountPapersRequest, paper::v1::CountPapersResponse>(
      kCountPapers, [](const Call&, const auto&) { return paper::v1::CountPapersResponse(); });
  second.Stream(kListPapers, list_);
  second.Stream(kAddPapers, add_);
  second.Stream(kCopyPapers, copy_);
  EXPECT_EQ(second.Start().code(), absl::StatusCode::kUnavailable);
}

TEST_F(StartTest, RefusesPlaintextBeyondLoopback) {
  options_.listen = "0.0.0.0:0";
  Server server(options_, *verifier_);
  EXPECT_EQ(server.Start().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(StartTest, HealthFollowsSetServingForEachServiceAndTheWhole) {
  StartServer();
  EXPECT_EQ(Health(""), "NOT_SERVING");
  EXPECT_EQ(Health("rectify.paper.v1.PaperDesk"), "NOT_SERVING");
  server_->SetServing(true);
  EXPECT_EQ(Health(""), "SERVING");
  EXPECT_EQ(Health("rectify.paper.v1.PaperDesk"), "SERVING");
  server_->SetServing(false);
  EXPECT_EQ(Health("rectify.paper.v1.PaperDesk"), "NOT_SERVING");
}

TEST_F(StartTest, ReflectionListsTheService) {
  StartServer();
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  auto stream = stub.PrepareCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  void* tag = nullptr;
  bool ok = false;
  const auto wait = [&] { return queue.Next(&tag, &ok) && ok; };
  stream->StartCall(nullptr);
  ASSERT_TRUE(wait());
  const grpc::Slice list_services("\x3a\x01*");
  stream->Write(grpc::ByteBuffer(&list_services, 1), nullptr);
  ASSERT_TRUE(wait());
  grpc::ByteBuffer answer;
  stream->Read(&answer, nullptr);
  ASSERT_TRUE(wait());
  EXPECT_THAT(Flatten(answer), HasSubstr("rectify.paper.v1.PaperDesk"));
  context.TryCancel();
  grpc::Status status;
  stream->Finish(&status, nullptr);
  EXPECT_TRUE(wait());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(StartTest, AnUnknownMethodIsNamed) {
  StartServer();
  const grpc::Status status = RawCall("/rectify.paper.v1.PaperDesk/Burn", "", {});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(status.error_details(), HasSubstr("UNKNOWN_METHOD"));
  EXPECT_THAT(status.error_message(), HasSubstr("/rectify.paper.v1.PaperDesk/Burn"));
}

}  // namespace
}  // namespace rectify::rpc
