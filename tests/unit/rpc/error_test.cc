// What callers learn from errors.
#include "libs/base/error.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/rpc/errors.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using paper::v1::Paper;
using paper::v1::StampPaperRequest;
using ::testing::HasSubstr;
using testing::HasViolation;
using ::testing::Not;
using testing::StatusIs;

class ErrorTest : public RpcTest {
 protected:
  // The status of a call whose handler answers `status`.
  grpc::Status Answer(const absl::Status& status, const std::string& language) {
    stamp_ = [status](const Call&, const StampPaperRequest&) -> absl::StatusOr<Paper> {
      return status;
    };
    return Stamp(language);
  }
  grpc::Status Stamp(const std::string& language) {
    StartServer();
    return RawCall(
        "/rectify.paper.v1.PaperDesk/StampPaper", "",
        {{"authorization", "Bearer " + TokenOf(Inspector())}, {"accept-language", language}});
  }
};

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

template <typename T>
std::optional<T> Find(const google::rpc::Status& details) {
  for (const auto& any : details.details()) {
    T found;
    if (any.UnpackTo(&found)) return found;
  }
  return std::nullopt;
}

absl::Status StateError() {
  return PreconditionError("ORDER_STATE", {"文书已归档", "the order is closed"},
                           {{"state", "CLOSED"}});
}

TEST_F(ErrorTest, ChineseIsTheDefaultLanguage) {
  const grpc::Status status = Answer(StateError(), "fr");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "文书已归档");
  const auto details = DetailsOf(status);
  EXPECT_EQ(Find<google::rpc::LocalizedMessage>(details)->locale(), "zh-CN");
  const auto info = Find<google::rpc::ErrorInfo>(details);
  EXPECT_EQ(info->reason(), "ORDER_STATE");
  EXPECT_EQ(info->domain(), "rectify");
  EXPECT_EQ(info->metadata().at("state"), "CLOSED");
  EXPECT_FALSE(Find<google::rpc::RetryInfo>(details));
}

TEST_F(ErrorTest, EnglishIsSpokenToThoseWhoAsk) {
  const grpc::Status status = Answer(StateError(), "en-GB,zh;q=0.5");
  EXPECT_EQ(status.error_message(), "the order is closed");
  EXPECT_EQ(Find<google::rpc::LocalizedMessage>(DetailsOf(status))->locale(), "en");
}

TEST_F(ErrorTest, ViolationsSpeakTheCallersLanguage) {
  const grpc::Status status =
      Answer(FieldError("note", {"备注过长", "the note is too long"}), "en");
  const auto bad_request = Find<google::rpc::BadRequest>(DetailsOf(status));
  ASSERT_TRUE(bad_request);
  ASSERT_EQ(bad_request->field_violations_size(), 1);
  EXPECT_EQ(bad_request->field_violations(0).field(), "note");
  EXPECT_EQ(bad_request->field_violations(0).description(), "the note is too long");
}

TEST_F(ErrorTest, AnExceptionIsInternalWithALogIdAndWithoutItsText) {
  stamp_ = [](const Call&, const StampPaperRequest&) -> absl::StatusOr<Paper> {
    throw std::runtime_error("select secret from papers");
  };
  const grpc::Status status = Stamp("en");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), Not(HasSubstr("secret")));
  EXPECT_THAT(status.error_details(), Not(HasSubstr("secret")));
  const auto info = Find<google::rpc::ErrorInfo>(DetailsOf(status));
  EXPECT_EQ(info->reason(), "INTERNAL");
  EXPECT_EQ(info->metadata().at("log_id").size(), 36u);
}

TEST_F(ErrorTest, AThrownNumberIsInternalToo) {
  stamp_ = [](const Call&, const StampPaperRequest&) -> absl::StatusOr<Paper> { throw 7; };
  EXPECT_EQ(Stamp("en").error_code(), grpc::StatusCode::INTERNAL);
}

TEST_F(ErrorTest, InternalTextNeverLeavesEvenWithADetail) {
  const absl::Status status =
      MakeError(absl::StatusCode::kInternal, {.reason = "INTERNAL",
                                              .text = {"列 secret 不存在", "no column secret"},
                                              .metadata = {{"sql", "select secret"}},
                                              .violations = {}});
  const grpc::Status answer = Answer(status, "zh");
  EXPECT_THAT(answer.error_message(), Not(HasSubstr("secret")));
  EXPECT_THAT(answer.error_details(), Not(HasSubstr("secret")));
}

TEST_F(ErrorTest, AnErrorWithoutDetailKeepsItsCodeAndLosesItsText) {
  const grpc::Status status = Answer(absl::UnknownError("secret"), "en");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  const absl::Status aborted =
      FromGrpc(ToGrpc(ForCaller(absl::AbortedError("secret"), "m"), "en")).status;
  EXPECT_THAT(aborted, StatusIs(absl::StatusCode::kAborted, "CONFLICT"));
  EXPECT_THAT(std::string(aborted.message()), Not(HasSubstr("secret")));
}

TEST_F(ErrorTest, UnavailableSaysWhenToComeBack) {
  const grpc::Status status = ToGrpc(OverloadedError(), "zh-CN");
  const RemoteError error = FromGrpc(status);
  EXPECT_THAT(error.status, StatusIs(absl::StatusCode::kUnavailable, "OVERLOADED"));
  EXPECT_GT(error.retry_delay, absl::ZeroDuration());
}

TEST_F(ErrorTest, DetailsStayWithin4KiBAndKeepTheReason) {
  ErrorDetail detail = {.reason = "INVALID_FIELD", .text = {}, .metadata = {}, .violations = {}};
  for (int i = 0; i < 40; ++i) {
    absl::StrAppend(&detail.text.zh, "字段有误，字段有误，字段有误，字段有误，");
    for (int j = 0; j < 60; ++j) absl::StrAppend(&detail.metadata[absl::StrCat("k", i)], "长");
    std::string text;
    for (int j = 0; j < 300; ++j) absl::StrAppend(&text, "长");
    detail.violations.push_back(
        {.field = absl::StrCat("paper.copies[", i, "].title"), .text = {text, text}});
  }
  const grpc::Status status = Answer(MakeError(absl::StatusCode::kInvalidArgument, detail), "zh");
  EXPECT_LE(status.error_details().size() + status.error_message().size(), 4096u);
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(DetailsOf(status))->reason(), "INVALID_FIELD");
  const absl::Status received = FromGrpc(status).status;
  EXPECT_THAT(received, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
}

TEST_F(ErrorTest, AtMost20ViolationsAreSent) {
  std::vector<FieldViolation> violations(30, {.field = "f", .text = {"错", "bad"}});
  const grpc::Status status = Answer(FieldErrors(violations), "en");
  EXPECT_EQ(Find<google::rpc::BadRequest>(DetailsOf(status))->field_violations_size(), 20);
}

TEST_F(ErrorTest, TheClientRestoresTheDetail) {
  stamp_ = [](const Call&, const StampPaperRequest&) -> absl::StatusOr<Paper> {
    return FieldError("note", {"备注过长", "the note is too long"}, "IN_THE_FUTURE");
  };
  StartServer();
  CallOptions options;
  options.language = "en";
  const absl::Status status =
      MakeClient(Inspector()).Unary<Paper>(kStampPaper, StampPaperRequest(), options).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "IN_THE_FUTURE"));
  EXPECT_THAT(status, HasViolation("note"));
  EXPECT_EQ(status.message(), "the note is too long");
}

}  // namespace
}  // namespace rectify::rpc
