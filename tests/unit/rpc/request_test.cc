// What the server makes of the bytes of a request.
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/base/ids.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/wire.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using paper::v1::CountPapersRequest;
using paper::v1::FilePaperRequest;
using paper::v1::Paper;
using testing::HasViolation;
using testing::StatusIs;

constexpr char kFilePath[] = "/rectify.paper.v1.PaperDesk/FilePaper";

// Field `number` with these bytes, as a length-delimited field.
std::string Delimited(int number, const std::string& bytes) {
  return absl::StrCat(std::string(1, static_cast<char>(number << 3 | 2)),
                      std::string(1, static_cast<char>(bytes.size())), bytes);
}

class RequestTest : public RpcTest {
 protected:
  absl::Status File(const std::string& bytes) {
    return FromGrpc(
               RawCall(kFilePath, bytes, {{"authorization", "Bearer " + TokenOf(Inspector())}}))
        .status;
  }
};

TEST_F(RequestTest, AnUnknownFieldIsNamedWithItsPathAndNumber) {
  StartServer();
  const std::string good = FileRequest().SerializeAsString();
  const absl::Status top = File(good + Delimited(15, "x"));
  EXPECT_THAT(top, StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_FIELD"));
  EXPECT_THAT(top, HasViolation("#15"));
  const std::string copy = Delimited(1, "districts/120110") + Delimited(14, "x");
  const absl::Status nested = File(good + Delimited(1, Delimited(5, copy)));
  EXPECT_THAT(nested, StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_FIELD"));
  EXPECT_THAT(nested, HasViolation("paper.copies[0].#14"));
  EXPECT_EQ(DetailOf(nested)->metadata.at("number"), "14");
}

TEST_F(RequestTest, InvalidUtf8IsNamedWithItsField) {
  StartServer();
  const std::string label = Delimited(8, Delimited(1, "k") + Delimited(2, "\xe6\xb5"));
  const absl::Status status = File(Delimited(1, label));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE"));
  EXPECT_THAT(status, HasViolation("paper.labels[0].value"));
}

TEST_F(RequestTest, BrokenEncodingIsMalformed) {
  StartServer();
  for (const std::string bytes :
       {"\x0a", "\x0a\x7f", "\x0a\x05hi", "\xff\xff\xff\xff\xff\xff", "\x08\x01", "\x0b\x0c"}) {
    EXPECT_THAT(File(bytes), StatusIs(absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE"));
  }
}

TEST_F(RequestTest, BytesNestedTooDeeplyAreRefusedAndNotFollowed) {
  std::string bytes;
  for (int depth = 0; depth < 200; ++depth) {
    std::string length;
    for (size_t rest = bytes.size(); length.empty() || rest > 0; rest >>= 7) {
      length += static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    }
    bytes = absl::StrCat("\x2a", length, bytes);
  }
  Paper paper;
  EXPECT_THAT(ParseStrict(bytes, paper),
              StatusIs(absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE"));
}

TEST_F(RequestTest, EveryValidMessageParses) {
  FilePaperRequest request = FileRequest();
  Paper& paper = *request.mutable_paper();
  paper.mutable_date()->set_year(2023);
  paper.set_kind(paper::v1::Paper::KIND_ORDER);
  paper.add_copies()->set_folder("districts/120110");
  paper.set_scan(std::string("\0\xff", 2));
  (*paper.mutable_labels())["键"] = "值";
  paper.set_weight(-1.5);
  paper.mutable_keep()->set_nanos(-5);
  paper.add_kinds(paper::v1::Paper::KIND_ORDER);
  paper.add_kinds(paper::v1::Paper::KIND_UNSPECIFIED);
  FilePaperRequest parsed;
  ASSERT_OK(ParseStrict(request.SerializeAsString(), parsed));
  EXPECT_EQ(parsed.SerializeAsString(), request.SerializeAsString());
}

TEST_F(RequestTest, NulInATextIsAFieldError) {
  StartServer();
  FilePaperRequest request = FileRequest();
  request.mutable_paper()->set_title(std::string("a\0b", 3));
  const absl::Status status = MakeClient(Inspector()).Unary<Paper>(kFilePaper, request).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_THAT(status, HasViolation("paper.title"));
}

TEST_F(RequestTest, AMessageOver4MiBIsRefusedBeforeItIsRead) {
  StartServer();
  const grpc::Status status = RawCall(kFilePath, std::string(10 << 20, 'x'), {});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(RequestTest, ANegativePageSizeIsAFieldError) {
  StartServer();
  CountPapersRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(MakeClient("").Unary<paper::v1::CountPapersResponse>(kCountPapers, request).status(),
              HasViolation("page_size"));
}

TEST_F(RequestTest, TheRequestIdMustBeAUuid) {
  StartServer();
  FilePaperRequest request = FileRequest();
  request.set_request_id("again");
  EXPECT_THAT(MakeClient(Inspector()).Unary<Paper>(kFilePaper, request).status(),
              HasViolation("request_id"));
}

TEST_F(RequestTest, ARequestWithoutIdGetsANewOne) {
  std::vector<std::string> ids;
  file_ = [&](const Call& call, const FilePaperRequest&) {
    ids.push_back(call.request_id);
    return Paper();
  };
  StartServer();
  const Client client = MakeClient(Inspector());
  FilePaperRequest request = FileRequest();
  ASSERT_OK(client.Unary<Paper>(kFilePaper, request));
  ASSERT_OK(client.Unary<Paper>(kFilePaper, request));
  request.set_request_id(kRequestId);
  ASSERT_OK(client.Unary<Paper>(kFilePaper, request));
  EXPECT_TRUE(IsUuid(ids[0]));
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_EQ(ids[2], kRequestId);
}

TEST_F(RequestTest, TheFingerprintIsOfTheContentWithoutRequestIdAndEtag) {
  const auto print = [](const FilePaperRequest& request) {
    return Fingerprint(*FilePaperRequest::descriptor(), request.SerializeAsString());
  };
  FilePaperRequest request = FileRequest();
  const std::string first = print(request);
  EXPECT_EQ(first.size(), 32u);
  request.set_request_id(kRequestId);
  request.set_etag("7");
  EXPECT_EQ(print(request), first);
  request.mutable_paper()->set_title("决定书");
  EXPECT_NE(print(request), first);
}

TEST_F(RequestTest, TheTraceOfTheCallerContinuesAndABrokenOneIsReplaced) {
  std::string trace;
  file_ = [&](const Call& call, const FilePaperRequest&) {
    trace = call.trace;
    return Paper();
  };
  StartServer();
  const Client client = MakeClient(Inspector());
  CallOptions options;
  options.trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  ASSERT_OK(client.Unary<Paper>(kFilePaper, FileRequest(), options));
  EXPECT_EQ(trace, options.trace);
  options.trace = "made up";
  ASSERT_OK(client.Unary<Paper>(kFilePaper, FileRequest(), options));
  EXPECT_THAT(trace, ::testing::MatchesRegex("00-[0-9a-f]+-[0-9a-f]+-01"));
}

}  // namespace
}  // namespace rectify::rpc
