// The rpcs of rectify.hazard.v1.EvidenceStore.
#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/hazard/v1/evidence_service.pb.h"
#include "services/hazard_findings/api/callers.h"
#include "services/hazard_findings/api/convert.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/events/evidence_payloads.h"
#include "services/hazard_findings/store/evidence_store.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::api {
namespace {

using rectify::events::Change;

constexpr char kService[] = "rectify.hazard.v1.EvidenceStore.";

absl::Status NoFolder() {
  return PreconditionError("EVIDENCE_STORE_MISSING",
                           {"本服务未配置证据文件目录", "this server has no folder for evidence"});
}

v1::Evidence EvidenceToProto(const domain::Evidence& evidence) {
  v1::Evidence message;
  message.set_name(evidence.name());
  message.set_subject(evidence.subject);
  message.set_media_type(evidence.media_type);
  message.set_sha256(evidence.sha256);
  message.set_size_bytes(evidence.size_bytes);
  *message.mutable_capture_time() = rpc::ToTimestamp(evidence.capture_time);
  message.set_device(evidence.device);
  message.set_description(evidence.description);
  message.set_uploader(evidence.uploader);
  *message.mutable_upload_time() = rpc::ToTimestamp(evidence.upload_time);
  return message;
}

class UploadSession : public rpc::StreamSession {
 public:
  UploadSession(Context context, const rpc::Call& call)
      : context_(std::move(context)), call_(call) {}

  absl::Status OnMessage(const google::protobuf::Message& message, rpc::Emitter&) override {
    const auto& request = static_cast<const v1::UploadEvidenceRequest&>(message);
    if (file_ == nullptr) {
      RETURN_IF_ERROR(Begin(request));
    } else if (request.has_metadata()) {
      return FieldError("metadata",
                        {"metadata 只用于首条消息", "metadata is only for the first message"});
    }
    const std::string& chunk = request.chunk();
    evidence_.size_bytes += static_cast<int64_t>(chunk.size());
    RETURN_IF_ERROR(domain::CheckSize(evidence_, evidence_.size_bytes));
    head_.append(chunk, 0, domain::kSniffBytes - std::min(head_.size(), domain::kSniffBytes));
    hash_.Update(chunk);
    return file_->Append(chunk);
  }

  // A client that died looks like one that ended; then the hash is not the one that was promised.
  absl::Status OnEnd(rpc::Emitter& emit) override {
    if (file_ == nullptr) return NoMetadata();
    RETURN_IF_ERROR(domain::CheckContent(evidence_, head_, absl::BytesToHexString(hash_.Finish())));
    // The row comes after the file, so that no row ever promises what a crash took.
    RETURN_IF_ERROR(context_.evidence->Keep(*file_, evidence_.sha256));
    ASSIGN_OR_RETURN(const v1::Evidence added,
                     context_.host.commands().Run<v1::Evidence>(
                         call_, [&](Change& change) { return Add(change); }));
    return emit.Emit(added);
  }

 private:
  static absl::Status NoMetadata() {
    return FieldError("metadata",
                      {"首条消息的 metadata 必填", "metadata is required in the first message"});
  }

  absl::Status Begin(const v1::UploadEvidenceRequest& request) {
    if (context_.evidence == nullptr) return NoFolder();
    if (request.parent().empty()) {
      return FieldError("parent",
                        {"首条消息的 parent 必填", "parent is required in the first message"});
    }
    if (!request.has_metadata()) return NoMetadata();
    const v1::EvidenceMetadata& metadata = request.metadata();
    evidence_.district = rpc::DistrictOf(request.parent());
    evidence_.subject = metadata.subject();
    evidence_.media_type = metadata.media_type();
    evidence_.sha256 = metadata.sha256();
    evidence_.capture_time =
        absl::FromUnixMicros(absl::ToUnixMicros(rpc::ToTime(metadata.capture_time())));
    evidence_.device = metadata.device();
    evidence_.description = metadata.description();
    evidence_.uploader = call_.caller.subject;
    RETURN_IF_ERROR(domain::CheckEvidence(evidence_, context_.host.clock().Now()));
    const std::string kind = *domain::SubjectKind(evidence_.district, evidence_.subject);
    std::vector<std::string> posts;
    ASSIGN_OR_RETURN(const domain::EvidenceSubject subject,
                     context_.host.pool().TransactValue(
                         "hazard.evidence_subject",
                         {.access = pg::Access::kReadOnly, .deadline = call_.deadline},
                         [&](pg::Tx& tx) -> absl::StatusOr<domain::EvidenceSubject> {
                           ASSIGN_OR_RETURN(posts, store::WithFormerNames(tx, call_.caller.posts));
                           return store::FindSubject(tx, evidence_.district, kind,
                                                     evidence_.subject);
                         }));
    RETURN_IF_ERROR(domain::CheckMayAttach(evidence_, subject, IsFireBody(call_.caller), posts));
    venue_ = subject.venue;
    ASSIGN_OR_RETURN(file_, context_.evidence->Begin());
    return absl::OkStatus();
  }

  absl::StatusOr<v1::Evidence> Add(Change& change) {
    evidence_.id = change.NewId("evidence");
    evidence_.upload_time = change.now();
    RETURN_IF_ERROR(store::AddEvidence(change.sql(), evidence_));
    rectify::events::AuditRecord record;
    record.subject = evidence_.name();
    record.related.push_back(evidence_.subject);
    if (!venue_.empty()) record.related.push_back(venue_);
    record.action = "UploadEvidence";
    record.summary =
        absl::StrCat("提交证据（", evidence_.media_type, "，", evidence_.size_bytes, " 字节）");
    record.details = {{"sha256", evidence_.sha256}, {"device", evidence_.device}};
    change.Audit(std::move(record));
    change.Emit(evidence_.name(), 1, events::ToEvidenceAdded(evidence_));
    return EvidenceToProto(evidence_);
  }

  const Context context_;
  const rpc::Call call_;
  domain::Evidence evidence_;
  std::string venue_, head_;
  crypto::Sha256Stream hash_;
  std::unique_ptr<store::IncomingFile> file_;
};

class DownloadSession : public rpc::StreamSession {
 public:
  DownloadSession(Context context, const rpc::Call& call)
      : context_(std::move(context)), call_(call) {}

  absl::Status OnMessage(const google::protobuf::Message& message, rpc::Emitter& emit) override {
    if (context_.evidence == nullptr) return NoFolder();
    const auto& request = static_cast<const v1::DownloadEvidenceRequest&>(message);
    const NameParts name = PartsOf(request.name());
    // Committed before anything is shown.
    RETURN_IF_ERROR(context_.host.commands()
                        .Run<google::protobuf::Empty>(
                            call_,
                            [&](Change& change) -> absl::StatusOr<google::protobuf::Empty> {
                              ASSIGN_OR_RETURN(
                                  const domain::Evidence asked,
                                  store::GetEvidence(change.sql(), name.district, name.id));
                              Audit(change, asked);
                              return google::protobuf::Empty();
                            })
                        .status());
    // Read again, because a repeated request_id runs nothing in the command.
    ASSIGN_OR_RETURN(
        const domain::Evidence evidence,
        context_.host.pool().TransactValue(
            "hazard.get_evidence", {.access = pg::Access::kReadOnly, .deadline = call_.deadline},
            [&](pg::Tx& tx) { return store::GetEvidence(tx, name.district, name.id); }));
    return Send(evidence, emit);
  }

 private:
  static void Audit(Change& change, const domain::Evidence& evidence) {
    rectify::events::AuditRecord record;
    record.subject = evidence.name();
    record.related.push_back(evidence.subject);
    record.action = "DownloadEvidence";
    record.summary = absl::StrCat("调取证据（", evidence.media_type, "）");
    change.Audit(std::move(record));
  }

  absl::Status Send(const domain::Evidence& evidence, rpc::Emitter& emit) const {
    v1::DownloadEvidenceResponse first;
    *first.mutable_evidence() = EvidenceToProto(evidence);
    RETURN_IF_ERROR(emit.Emit(first));
    crypto::Sha256Stream hash;
    absl::Status read =
        context_.evidence->Read(evidence.sha256, [&](absl::string_view part) -> absl::Status {
          hash.Update(part);
          v1::DownloadEvidenceResponse response;
          response.set_chunk(std::string(part));
          return emit.Emit(response);
        });
    if (absl::IsNotFound(read)) return absl::DataLossError(read.message());
    RETURN_IF_ERROR(read);
    if (absl::BytesToHexString(hash.Finish()) == evidence.sha256) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("the file of ", evidence.name(), " was changed"));
  }

  const Context context_;
  const rpc::Call call_;
};

absl::StatusOr<v1::Evidence> GetEvidence(const Context& context, const rpc::Call& call,
                                         const v1::GetEvidenceRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(
      const domain::Evidence evidence,
      context.host.pool().TransactValue(
          "hazard.get_evidence", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) { return store::GetEvidence(tx, name.district, name.id); }));
  return EvidenceToProto(evidence);
}

absl::StatusOr<v1::ListEvidenceResponse> ListEvidence(const Context& context, const rpc::Call& call,
                                                      const v1::ListEvidenceRequest& request) {
  ASSIGN_OR_RETURN(
      auto page, context.host.pool().TransactValue(
                     "hazard.list_evidence",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
                       return store::ListEvidence(tx, rpc::DistrictOf(request.parent()),
                                                  request.filter(), request.page_size(),
                                                  request.page_token());
                     }));
  v1::ListEvidenceResponse response;
  for (const domain::Evidence& evidence : page.first) {
    *response.add_evidence() = EvidenceToProto(evidence);
  }
  response.set_next_page_token(page.second);
  return response;
}

}  // namespace

void RegisterEvidenceRpcs(const Context& context) {
  using Session = absl::StatusOr<std::unique_ptr<rpc::StreamSession>>;
  rpc::Server& server = context.host.server();
  server.Stream(absl::StrCat(kService, "UploadEvidence"),
                [context](const rpc::Call& call) -> Session {
                  return std::make_unique<UploadSession>(context, call);
                });
  server.Stream(absl::StrCat(kService, "DownloadEvidence"),
                [context](const rpc::Call& call) -> Session {
                  return std::make_unique<DownloadSession>(context, call);
                });
  server.Unary<v1::GetEvidenceRequest, v1::Evidence>(
      absl::StrCat(kService, "GetEvidence"),
      [context](const rpc::Call& call, const v1::GetEvidenceRequest& request) {
        return GetEvidence(context, call, request);
      });
  server.Unary<v1::ListEvidenceRequest, v1::ListEvidenceResponse>(
      absl::StrCat(kService, "ListEvidence"),
      [context](const rpc::Call& call, const v1::ListEvidenceRequest& request) {
        return ListEvidence(context, call, request);
      });
}

}  // namespace rectify::hazard::api
