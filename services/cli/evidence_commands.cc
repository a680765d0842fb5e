// evidence.
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/evidence_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/list_all.h"
#include "services/cli/replay/step_time.h"

namespace rectify::cli::evidence_commands {
namespace {

constexpr size_t kPiece = size_t{1} << 20;
constexpr absl::Duration kTransferTime = absl::Minutes(30);

struct EvidenceArgs {
  std::string name, file, subject, media_type, capture_time, device, description, filter;
  int limit = 50;
};

std::string Method(absl::string_view name) {
  return absl::StrCat("rectify.hazard.v1.EvidenceStore.", name);
}

// Gives the parts of a file in order; false at its end.
bool NextPiece(std::ifstream& in, std::string& piece) {
  piece.resize(kPiece);
  in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  piece.resize(static_cast<size_t>(in.gcount()));
  return !piece.empty();
}

absl::StatusOr<std::string> HashOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("无法读取文件 ", path));
  crypto::Sha256Stream hash;
  std::string piece;
  while (NextPiece(in, piece)) hash.Update(piece);
  return absl::BytesToHexString(hash.Finish());
}

absl::Status Add(Session& session, EvidenceArgs& args) {
  hazard::v1::EvidenceMetadata metadata;
  metadata.set_subject(args.subject);
  metadata.set_media_type(args.media_type);
  metadata.set_device(args.device);
  metadata.set_description(args.description);
  ASSIGN_OR_RETURN(const absl::Time captured, ParseStepTime(args.capture_time));
  *metadata.mutable_capture_time() = rpc::ToTimestamp(captured);
  ASSIGN_OR_RETURN(*metadata.mutable_sha256(), HashOf(args.file));

  std::ifstream in(args.file, std::ios::binary);
  std::error_code fault;
  const auto total = static_cast<int64_t>(std::filesystem::file_size(args.file, fault));
  Progress progress("上传");
  int64_t sent = 0;
  bool first = true;
  hazard::v1::Evidence evidence;
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("hazard"));
  RETURN_IF_ERROR(client->Stream(
      Method("UploadEvidence"),
      [&](google::protobuf::Message& message) {
        auto& request = static_cast<hazard::v1::UploadEvidenceRequest&>(message);
        request.Clear();
        if (!NextPiece(in, *request.mutable_chunk()) && !first) return false;
        if (std::exchange(first, false)) {
          request.set_parent(session.parent());
          request.set_request_id(NewUuid7(absl::Now()));
          *request.mutable_metadata() = metadata;
        }
        sent += static_cast<int64_t>(request.chunk().size());
        progress.Show(sent, total);
        return true;
      },
      [&](const google::protobuf::Message& message) {
        evidence.CopyFrom(message);
        return absl::OkStatus();
      },
      kTransferTime));
  if (session.json) {
    std::cout << ToJson(evidence);
  } else {
    std::cout << "证据已保存：" << evidence.name() << "\n";
  }
  return absl::OkStatus();
}

absl::Status Get(Session& session, EvidenceArgs& args) {
  std::ofstream out(args.file, std::ios::binary | std::ios::trunc);
  if (!out) return absl::PermissionDeniedError(absl::StrCat("无法写入文件 ", args.file));
  bool asked = false;
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("hazard"));
  RETURN_IF_ERROR(client->Stream(
      Method("DownloadEvidence"),
      [&](google::protobuf::Message& message) {
        if (std::exchange(asked, true)) return false;
        auto& request = static_cast<hazard::v1::DownloadEvidenceRequest&>(message);
        request.set_name(args.name);
        request.set_request_id(NewUuid7(absl::Now()));
        return true;
      },
      [&](const google::protobuf::Message& message) {
        out << static_cast<const hazard::v1::DownloadEvidenceResponse&>(message).chunk();
        return out ? absl::OkStatus()
                   : absl::ResourceExhaustedError(absl::StrCat("写入文件失败 ", args.file));
      },
      kTransferTime));
  out.close();
  if (!out) return absl::ResourceExhaustedError(absl::StrCat("写入文件失败 ", args.file));
  std::cout << "已保存到 " << args.file << "\n";
  return absl::OkStatus();
}

absl::Status List(Session& session, EvidenceArgs& args) {
  hazard::v1::ListEvidenceRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("hazard"));
  ASSIGN_OR_RETURN(auto all, (ListAll<hazard::v1::Evidence, hazard::v1::ListEvidenceResponse>(
                                 *client, Method("ListEvidence"), request,
                                 [](auto& r) { return r.mutable_evidence(); }, args.limit)));
  if (session.json) {
    std::cout << ToJsonArray(all);
    return absl::OkStatus();
  }
  Table table({"取证时间", "类型", "字节", "所证对象", "资源名"});
  for (const hazard::v1::Evidence& evidence : all) {
    table.Add({TimeText(evidence.capture_time()), evidence.media_type(),
               absl::StrCat(evidence.size_bytes()), evidence.subject(), evidence.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<EvidenceArgs>();
  CLI::App* evidence = app.add_subcommand("evidence", "证据")->require_subcommand(1);
  CLI::App* add = AddCommand<EvidenceArgs>(*evidence, session, "add", "提交一个文件", args, Add);
  add->add_option("file", args->file, "文件")->required()->check(CLI::ExistingFile);
  add->add_option("--subject", args->subject, "所证对象的资源名")->required();
  add->add_option("--type", args->media_type, "例如 image/jpeg")->required();
  add->add_option("--captured", args->capture_time, "取证时间 2023-02-01 10:15")->required();
  add->add_option("--device", args->device, "取证设备");
  add->add_option("--description", args->description, "说明");
  CLI::App* get =
      AddCommand<EvidenceArgs>(*evidence, session, "get", "调取一个文件（记入审计）", args, Get);
  get->add_option("name", args->name, "资源名")->required();
  get->add_option("-o,--output", args->file, "保存到")->required();
  CLI::App* list = AddCommand<EvidenceArgs>(*evidence, session, "list", "列出", args, List);
  list->add_option("--filter", args->filter, "例如 subject=\"districts/120110/findings/…\"");
  list->add_option("--limit", args->limit, "最多几条")->capture_default_str();
}

}  // namespace rectify::cli::evidence_commands
