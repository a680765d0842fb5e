// Who may call what: token, role, district.
#include "libs/base/error.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using paper::v1::CountPapersRequest;
using paper::v1::CountPapersResponse;
using paper::v1::GetPaperRequest;
using paper::v1::Paper;
using ::testing::ElementsAre;
using testing::HasViolation;
using testing::StatusIs;

GetPaperRequest Named(const std::string& name) {
  GetPaperRequest request;
  request.set_name(name);
  return request;
}

class AccessTest : public RpcTest {
 protected:
  AccessTest() {
    get_ = [](const Call&, const GetPaperRequest& request) {
      Paper paper;
      paper.set_title(request.name());
      return paper;
    };
  }
  absl::Status Get(const Caller& caller, const std::string& name) {
    return MakeClient(caller).Unary<Paper>(kGetPaper, Named(name)).status();
  }
};

TEST_F(AccessTest, WithoutATokenNothingIsAnswered) {
  StartServer();
  EXPECT_THAT(MakeClient("").Unary<Paper>(kGetPaper, Named(kOwnPaper)),
              StatusIs(absl::StatusCode::kUnauthenticated, "TOKEN_MISSING"));
}

TEST_F(AccessTest, AnotherSchemeThanBearerIsNoToken) {
  StartServer();
  const grpc::Status status =
      RawCall("/rectify.paper.v1.PaperDesk/GetPaper", "", {{"authorization", "Basic eA=="}});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(AccessTest, AStrangersMalformedBytesAreNotExplained) {
  StartServer();
  const grpc::Status status = RawCall("/rectify.paper.v1.PaperDesk/GetPaper", "\xff\xff", {});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(AccessTest, AForgedTokenIsRefused) {
  StartServer();
  EXPECT_THAT(MakeClient("a.b.c").Unary<Paper>(kGetPaper, Named(kOwnPaper)),
              StatusIs(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID"));
}

TEST_F(AccessTest, ACallerWithoutARoleOfTheRuleIsRefused) {
  StartServer();
  Caller manager = Inspector();
  manager.roles = {"VENUE_MANAGER"};
  EXPECT_THAT(Get(manager, kOwnPaper),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
  manager.roles = {};
  EXPECT_THAT(Get(manager, kOwnPaper),
              StatusIs(absl::StatusCode::kPermissionDenied, "ROLE_MISSING"));
}

TEST_F(AccessTest, OneOfSeveralRolesSuffices) {
  StartServer();
  Caller caller = Inspector();
  caller.roles = {"VENUE_MANAGER", "CHIEF"};
  EXPECT_OK(Get(caller, kOwnPaper));
}

TEST_F(AccessTest, TheHandlerLearnsTheCaller) {
  Caller seen;
  get_ = [&](const Call& call, const GetPaperRequest&) {
    seen = call.caller;
    return Paper();
  };
  StartServer();
  Caller caller = Inspector();
  caller.posts = {"districts/120110/officers/7"};
  ASSERT_OK(Get(caller, kOwnPaper));
  EXPECT_EQ(seen.subject, "users/zhang.wei");
  EXPECT_EQ(seen.district, "120110");
  EXPECT_THAT(seen.roles, ElementsAre("INSPECTOR"));
  EXPECT_TRUE(seen.HasPost("districts/120110/officers/7"));
  EXPECT_FALSE(seen.HasPost("districts/120110/officers/8"));
}

TEST_F(AccessTest, APublicMethodNeedsNoToken) {
  StartServer();
  EXPECT_OK(MakeClient("").Unary<CountPapersResponse>(kCountPapers, CountPapersRequest()));
}

TEST_F(AccessTest, AForeignObjectAnswersExactlyAsAMissingOne) {
  get_ = [](const Call&, const GetPaperRequest& request) -> absl::StatusOr<Paper> {
    return NotFoundError(request.name());
  };
  StartServer();
  const std::string bytes = Named(kForeignPaper).SerializeAsString();
  const auto ask = [&](const Caller& caller) {
    return RawCall("/rectify.paper.v1.PaperDesk/GetPaper", bytes,
                   {{"authorization", "Bearer " + TokenOf(caller)}});
  };
  const grpc::Status foreign = ask(Inspector("120110"));
  const grpc::Status missing = ask(Inspector("120111"));
  EXPECT_EQ(foreign.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(foreign.error_code(), missing.error_code());
  EXPECT_EQ(foreign.error_message(), missing.error_message());
  EXPECT_EQ(foreign.error_details(), missing.error_details());
}

TEST_F(AccessTest, TheDistrictIsComparedAsAWholeSegment) {
  StartServer();
  EXPECT_THAT(Get(Inspector("120110"), "districts/1201100/papers/1"),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(Get(Inspector("120110"), "districts/-"),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(AccessTest, ANameOfNoDistrictIsMalformed) {
  StartServer();
  EXPECT_THAT(Get(Inspector("120110"), "papers/1"),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
}

TEST_F(AccessTest, ADistrictFieldInsideASubmessageIsFollowed) {
  StartServer();
  EXPECT_OK(MakeClient(Inspector("120110")).Unary<Paper>(kFilePaper, FileRequest()));
  EXPECT_THAT(MakeClient(Inspector("120111")).Unary<Paper>(kFilePaper, FileRequest()),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(AccessTest, ForeignIsSaidBeforeOtherFaultsOfTheRequest) {
  StartServer();
  paper::v1::FilePaperRequest request = FileRequest();
  request.mutable_paper()->set_title("一二三四五六七八九十多");
  EXPECT_THAT(MakeClient(Inspector("120111")).Unary<Paper>(kFilePaper, request),
              StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(AccessTest, AMissingRequiredNameIsAFieldError) {
  StartServer();
  const absl::Status status = Get(Inspector(), "");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_THAT(status, HasViolation("name"));
}

TEST_F(AccessTest, ServicesAndOperatorsWithoutADistrictReachAll) {
  StartServer();
  EXPECT_OK(Get(Clerk(), kForeignPaper));
  Caller caller = Inspector("");
  caller.roles = {"OPERATOR"};
  EXPECT_OK(Get(caller, kForeignPaper));
  caller.roles = {"INSPECTOR"};
  EXPECT_THAT(Get(caller, kForeignPaper), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
  caller.roles = {"OPERATOR"};
  caller.district = "120110";
  EXPECT_THAT(Get(caller, kForeignPaper), StatusIs(absl::StatusCode::kNotFound, "NOT_FOUND"));
}

}  // namespace
}  // namespace rectify::rpc
