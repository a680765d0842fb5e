// Who is served over TLS, and whose tokens are bound to a certificate.
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/impl/client_unary_call.h"
#include "libs/base/error.h"
#include "libs/rpc/transport.h"
#include "tests/unit/rpc/certificates.h"
#include "tests/unit/rpc/fixture.h"

namespace rectify::rpc {
namespace {

using paper::v1::GetPaperRequest;
using paper::v1::Paper;
using ::testing::HasSubstr;
using testing::StatusIs;

constexpr char kClerkUri[] = "rectify://services/clerk";
// For gRPC to see that files have changed.
constexpr absl::Duration kPatience = absl::Seconds(60);

std::string ContentOf(const std::string& file) {
  std::stringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

class TlsTest : public RpcTest {
 protected:
  TlsTest() : authority_(folder_.path()), roots_(folder_.path() + "/roots.pem") {
    Replace(roots_, authority_.Pem());
    const CertFiles own = authority_.Issue("server", "rectify://services/desk");
    options_.tls = {.cert_file = own.cert, .key_file = own.key, .client_ca_file = roots_};
    get_ = [this](const Call& call, const GetPaperRequest&) {
      ++served_;
      caller_ = call.caller.subject;
      return Paper();
    };
  }

  // A client that shows `own`.
  Client Connect(const Caller& caller, const CertFiles& own = {}, int attempts = 1) const {
    const std::string key_id = caller.HasRole("SERVICE") ? "svc-clerk" : "people";
    ClientOptions options;
    options.target = Target();
    options.tls = {.root_file = roots_, .cert_file = own.cert, .key_file = own.key};
    options.token = [token = TokenOf(caller, key_id)] { return token; };
    options.max_attempts = attempts;
    return Client(std::move(options));
  }
  absl::Status Get(const Client& client, const std::string& language = "") const {
    GetPaperRequest request;
    request.set_name(kOwnPaper);
    CallOptions call;
    call.language = language;
    return client.Unary<Paper>(kGetPaper, request, call).status();
  }
  std::string Target() const { return absl::StrCat("127.0.0.1:", server_->port()); }

  // The certificate that the server shows to a new connection, in PEM.
  std::string Shown() const {
    ClientTls tls;
    tls.root_file = roots_;
    const auto credentials = ChannelCredentials(Target(), tls);
    const auto channel = grpc::CreateChannel(Target(), *credentials);
    const grpc::internal::RpcMethod method("/nobody.Knows/It",
                                           grpc::internal::RpcMethod::NORMAL_RPC);
    grpc::ClientContext context;
    const grpc::Slice nothing;
    grpc::ByteBuffer answer;
    grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
        channel.get(), method, &context, grpc::ByteBuffer(&nothing, 1), &answer);
    const auto certificates =
        context.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    return certificates.empty() ? "" : std::string(certificates[0].data(), certificates[0].size());
  }

  testing::TempDir folder_;
  TestAuthority authority_;
  const std::string roots_;
  int served_ = 0;
  std::string caller_;
};

TEST_F(TlsTest, AServiceIsTakenOverTheConnectionOfItsCertificate) {
  StartServer();
  EXPECT_OK(Get(Connect(Clerk(), authority_.Issue("clerk", kClerkUri))));
  EXPECT_EQ(caller_, "services/clerk");
}

TEST_F(TlsTest, AStolenTokenIsWorthNothingWithAnotherServicesCertificate) {
  StartServer();
  const Client thief = Connect(Clerk(), authority_.Issue("thief", "rectify://services/thief"));
  const absl::Status refused = Get(thief, "en");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnauthenticated, "CERTIFICATE_MISMATCH"));
  EXPECT_EQ(DetailOf(refused)->metadata.at("needed"), kClerkUri);
  EXPECT_THAT(DetailOf(refused)->text.en,
              HasSubstr("certificate rectify://services/clerk, the connection has another"));
  EXPECT_THAT(DetailOf(Get(thief))->text.zh, HasSubstr("本连接的证书不是它"));
  EXPECT_EQ(served_, 0);
}

TEST_F(TlsTest, AStolenTokenIsWorthNothingWithoutACertificate) {
  StartServer();
  const Client thief = Connect(Clerk());
  const absl::Status refused = Get(thief, "en");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnauthenticated, "CERTIFICATE_MISSING"));
  EXPECT_THAT(DetailOf(refused)->text.en,
              HasSubstr("certificate rectify://services/clerk, the connection has none"));
  EXPECT_THAT(DetailOf(Get(thief))->text.zh, HasSubstr("本连接没有证书"));
  EXPECT_EQ(served_, 0);
}

TEST_F(TlsTest, AnEndOrABeginningOfTheNameIsNotTheName) {
  StartServer();
  for (const char* uri : {"rectify://services/clerk2", "rectify://services/cler",
                          "https://services/clerk", "rectify://users/clerk"}) {
    EXPECT_THAT(Get(Connect(Clerk(), authority_.Issue("other", uri))),
                StatusIs(absl::StatusCode::kUnauthenticated, "CERTIFICATE_MISMATCH"))
        << uri;
  }
}

TEST_F(TlsTest, AStreamIsBoundToTheCertificateToo) {
  StartServer();
  const Client client = Connect(Clerk());
  const auto nothing = [](google::protobuf::Message&) { return false; };
  const auto ignore = [](const google::protobuf::Message&) { return absl::OkStatus(); };
  EXPECT_THAT(client.Stream(kCopyPapers, nothing, ignore, absl::Seconds(30)),
              StatusIs(absl::StatusCode::kUnauthenticated, "CERTIFICATE_MISSING"));
}

TEST_F(TlsTest, APersonsTokenNeedsNoCertificate) {
  StartServer();
  EXPECT_OK(Get(Connect(Inspector())));
  EXPECT_EQ(caller_, "users/zhang.wei");
}

TEST_F(TlsTest, AServiceMayForwardAPersonsToken) {
  StartServer();
  EXPECT_OK(Get(Connect(Inspector(), authority_.Issue("clerk", kClerkUri))));
  EXPECT_EQ(caller_, "users/zhang.wei");
}

TEST_F(TlsTest, WithoutAClientCaATokenIsEnough) {
  options_.tls.client_ca_file.clear();
  StartServer();
  EXPECT_OK(Get(Connect(Clerk())));
}

TEST_F(TlsTest, ACertificateOfAnotherCaEndsTheConnection) {
  StartServer();
  const testing::TempDir elsewhere;
  const TestAuthority forger(elsewhere.path());
  EXPECT_EQ(Get(Connect(Clerk(), forger.Issue("clerk", kClerkUri))).code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(Get(Connect(Inspector(), forger.Issue("clerk", kClerkUri))).code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(served_, 0);
}

TEST_F(TlsTest, ACertificateThatHasExpiredEndsTheConnection) {
  StartServer();
  const CertFiles expired = authority_.Issue("clerk", kClerkUri, absl::Now() - absl::Hours(1));
  EXPECT_EQ(Get(Connect(Clerk(), expired)).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(served_, 0);
}

TEST_F(TlsTest, WhereCertificatesAreRequiredNobodyIsServedWithoutOne) {
  options_.tls.require_client_cert = true;
  StartServer();
  EXPECT_EQ(Get(Connect(Inspector())).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(served_, 0);
  EXPECT_OK(Get(Connect(Inspector(), authority_.Issue("clerk", kClerkUri))));
}

TEST_F(TlsTest, AClientThatSpeaksInTheClearIsNotServed) {
  StartServer();
  ClientOptions options;
  options.target = Target();
  options.token = [token = TokenOf(Inspector())] { return token; };
  options.max_attempts = 1;
  EXPECT_EQ(Get(Client(std::move(options))).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(served_, 0);
}

TEST_F(TlsTest, AClientGivesNoTokenToAServerThatItDoesNotBelieve) {
  StartServer();
  Replace(roots_, TestAuthority(folder_.path()).Pem());
  EXPECT_EQ(Get(Connect(Inspector())).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(served_, 0);
}

TEST_F(TlsTest, TheNextConnectionHasTheServersNewCertificate) {
  StartServer();
  const std::string before = ContentOf(options_.tls.cert_file);
  EXPECT_EQ(Shown(), before);
  authority_.Issue("server", "rectify://services/desk");
  const std::string after = ContentOf(options_.tls.cert_file);
  const absl::Time limit = absl::Now() + kPatience;
  std::string shown;
  do {
    shown = Shown();
  } while (shown != after && absl::Now() < limit);
  EXPECT_EQ(shown, after);
}

TEST_F(TlsTest, TheNextConnectionShowsTheClientsNewCertificate) {
  StartServer();
  options_.listen = Target();
  const Client client =
      Connect(Clerk(), authority_.Issue("own", "rectify://services/thief"), /*attempts=*/6);
  EXPECT_THAT(Get(client), StatusIs(absl::StatusCode::kUnauthenticated, "CERTIFICATE_MISMATCH"));
  authority_.Issue("own", kClerkUri);
  const absl::Time limit = absl::Now() + kPatience;
  absl::Status status;
  do {
    channel_.reset();
    server_->Shutdown(absl::ZeroDuration());
    StartServer();
    status = Get(client);
  } while (!status.ok() && absl::Now() < limit);
  EXPECT_OK(status);
}

// One file of a good server at a time is another.
struct WrongFiles {
  std::string ServerTls::*field;
  std::string file;
  std::string said;
};

TEST_F(TlsTest, AServerDoesNotStartWithFilesThatItCannotUse) {
  const ServerTls good = options_.tls;
  const CertFiles other = authority_.Issue("other", kClerkUri);
  const std::string is_not_its_key = absl::StrCat(other.key, " is not the key of the certificate");
  const WrongFiles cases[] = {
      {&ServerTls::key_file, "", "go together"},
      {&ServerTls::cert_file, "", "go together"},
      {&ServerTls::key_file, other.key, is_not_its_key},
      {&ServerTls::key_file, good.cert_file, good.cert_file + " has no private key"},
      {&ServerTls::cert_file, good.key_file, good.key_file + " has no certificate"},
      {&ServerTls::cert_file, "/nowhere", "can't read /nowhere"},
      {&ServerTls::client_ca_file, good.key_file, good.key_file + " has no certificate"},
  };
  EXPECT_OK(ServerCredentials("127.0.0.1:0", good).status());
  for (const WrongFiles& wrong : cases) {
    ServerTls tls = good;
    tls.*wrong.field = wrong.file;
    const absl::Status refused = ServerCredentials("127.0.0.1:0", tls).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(refused.message()), HasSubstr(wrong.said));
  }
}

TEST_F(TlsTest, AServerDoesNotAskForCertificatesThatItCannotJudge) {
  ServerTls plain;
  plain.client_ca_file = roots_;
  EXPECT_EQ(ServerCredentials("127.0.0.1:0", plain).status().code(),
            absl::StatusCode::kFailedPrecondition);
  options_.tls.require_client_cert = true;
  options_.tls.client_ca_file.clear();
  EXPECT_EQ(ServerCredentials("127.0.0.1:0", options_.tls).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(TlsTest, AClientSaysWhyItsOptionsAllowNoConnection) {
  ClientOptions options;
  options.target = "127.0.0.1:1";
  options.tls.cert_file = options_.tls.cert_file;
  options.tls.key_file = options_.tls.key_file;
  EXPECT_EQ(Client(options).usable().code(), absl::StatusCode::kFailedPrecondition);
  options.tls.root_file = "/nowhere";
  EXPECT_EQ(Client(options).usable().code(), absl::StatusCode::kFailedPrecondition);
  options.tls.root_file = roots_;
  EXPECT_OK(Client(options).usable());
}

}  // namespace
}  // namespace rectify::rpc
