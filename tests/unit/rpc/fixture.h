// A server of the test contract with handlers that a test can replace.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/synchronization/notification.h"
#include "grpcpp/support/status.h"
#include "libs/rpc/client.h"
#include "libs/rpc/server.h"
#include "libs/rpc/token.h"
#include "libs/testing/sandbox.h"
#include "libs/testing/status_matchers.h"
#include "paper_desk.pb.h"

namespace rectify::rpc {

inline constexpr char kGetPaper[] = "rectify.paper.v1.PaperDesk.GetPaper";
inline constexpr char kFilePaper[] = "rectify.paper.v1.PaperDesk.FilePaper";
inline constexpr char kStampPaper[] = "rectify.paper.v1.PaperDesk.StampPaper";
inline constexpr char kCountPapers[] = "rectify.paper.v1.PaperDesk.CountPapers";
inline constexpr char kListPapers[] = "rectify.paper.v1.PaperDesk.ListPapers";
inline constexpr char kAddPapers[] = "rectify.paper.v1.PaperDesk.AddPapers";
inline constexpr char kCopyPapers[] = "rectify.paper.v1.PaperDesk.CopyPapers";

inline constexpr char kRequestId[] = "01890a5d-ac96-774b-bcce-b302099a8057";
inline constexpr char kOwnPaper[] = "districts/120110/papers/01890a5d-ac96-774b-bcce-b302099a8057";
inline constexpr char kForeignPaper[] =
    "districts/120111/papers/01890a5d-ac96-774b-bcce-b302099a8057";

// Key folders made once per process.
const std::string& KeyFolder();
std::string TokenOf(const Caller& caller, const std::string& key_id = "people");
Caller Inspector(const std::string& district = "120110");
Caller Clerk();  // the service "clerk"

// A valid request to file a paper in the inspector's district.
paper::v1::FilePaperRequest FileRequest();

class RpcTest : public ::testing::Test {
 protected:
  using OpenStream = std::function<absl::StatusOr<std::unique_ptr<StreamSession>>(const Call&)>;

  RpcTest();
  ~RpcTest() override;
  // Ends the server before what its handlers refer to.
  void TearDown() override;

  void StartServer();
  // Further calls go through the port, as those that meet a shutdown must.
  void UseLoopback();
  Client MakeClient(const Caller& caller, int max_attempts = 1);
  Client MakeClient(std::string token, int max_attempts = 1);
  // One unary call with bytes and metadata as given; the answer's bytes go to `answer`.
  grpc::Status RawCall(const std::string& path, const std::string& bytes,
                       const std::multimap<std::string, std::string>& metadata,
                       std::string* answer = nullptr);
  // "SERVING", "NOT_SERVING" or the status text.
  std::string Health(const std::string& service);

  ServerOptions options_;
  std::unique_ptr<TokenVerifier> verifier_;
  std::function<absl::StatusOr<paper::v1::Paper>(const Call&, const paper::v1::GetPaperRequest&)>
      get_;
  std::function<absl::StatusOr<paper::v1::Paper>(const Call&, const paper::v1::FilePaperRequest&)>
      file_;
  std::function<absl::StatusOr<paper::v1::Paper>(const Call&, const paper::v1::StampPaperRequest&)>
      stamp_;
  // When it is set, stamps are done in groups.
  std::function<std::vector<absl::StatusOr<std::string>>(
      const std::vector<Asked<paper::v1::StampPaperRequest>>&)>
      stamp_group_;
  OpenStream list_, add_, copy_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace rectify::rpc
