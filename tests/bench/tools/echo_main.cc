// bench_echo: a plain gRPC callback server that reads each request and gives a fixed answer of the
// contract's type: what gRPC and Protobuf cost when nothing is done.
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/service_type.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "rectify/hazard/v1/hazard_service.pb.h"
#include "rectify/venue/v1/venue_service.pb.h"

namespace {

// Registers methods as generated code would; the repository generates no stubs.
class Echo : public grpc::Service {
 public:
  template <typename Request, typename Response>
  void Answer(const char* method, const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    Response answer;
    if (bytes.empty() || !answer.ParseFromString(bytes)) {
      throw std::runtime_error(file + " holds no answer of " + method);
    }
    using grpc::internal::RpcMethod;
    AddMethod(new grpc::internal::RpcServiceMethod(method, RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodCallback(
        count_++,
        new grpc::internal::CallbackUnaryHandler<Request, Response>(
            [answer](grpc::CallbackServerContext* context, const Request*, Response* response) {
              *response = answer;
              grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
              reactor->Finish(grpc::Status::OK);
              return reactor;
            }));
  }

 private:
  int count_ = 0;
};

int Serve(const std::string& folder) {
  namespace hazard = rectify::hazard::v1;
  namespace venue = rectify::venue::v1;
  // gRPC keeps the names by pointer.
  static constexpr const char* kRecord = "/rectify.hazard.v1.HazardFindings/RecordInspection";
  static constexpr const char* kFinding = "/rectify.hazard.v1.HazardFindings/GetFinding";
  static constexpr const char* kVenue = "/rectify.venue.v1.VenueRegistry/GetVenue";
  Echo echo;
  echo.Answer<hazard::RecordInspectionRequest, hazard::Inspection>(kRecord,
                                                                   folder + "/RecordInspection");
  echo.Answer<hazard::GetFindingRequest, hazard::Finding>(kFinding, folder + "/GetFinding");
  echo.Answer<venue::GetVenueRequest, venue::Venue>(kVenue, folder + "/GetVenue");
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&echo);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) throw std::runtime_error("can't listen");
  std::printf("%d\n", port);
  std::fflush(stdout);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown();
  return 0;
}

}  // namespace

// The folder holds one answer for each method, as bytes in a file of its name.
int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bench_echo FOLDER\n");
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    return Serve(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_echo: %s\n", error.what());
    return 1;
  }
}
