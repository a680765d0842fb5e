#include "services/cli/service_args.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "services/cli/replay/step_time.h"

namespace rectify::cli {
namespace {

constexpr char kMethods[] = "direct left mail entrusted electronic public_notice";

}  // namespace

void AddServiceOptions(CLI::App& command, ServiceArgs& args) {
  command.add_option("--at", args.at, "送达时间 \"2023-01-06 15:20\"")->required();
  command.add_option("--receiver", args.receiver, "收件人及与当事人的关系")->required();
  command.add_option("--officer", args.officers, "送达人资源名（至少两人）")->required();
  command.add_option("--method", args.method, kMethods)->capture_default_str();
  command.add_option("--proof", args.proof, "送达回证等证明材料（direct、entrusted 必填）");
  command.add_option("--refusal", args.refusal, "拒收事由（left 必填）");
  command.add_option("--place", args.place, "送达地点（left 必填）");
  command.add_option("--witness", args.witness, "见证人（left 须有见证人或者录像）");
  command.add_option("--video", args.video, "录音录像编号");
  command.add_option("--tracking-number", args.tracking_number, "邮寄回执号码（mail 必填）");
  command.add_option("--organ", args.entrusted_organ, "受委托机关（entrusted 必填）");
  command.add_option("--consent", args.consent, "送达方式确认书编号（electronic 必填）");
  command.add_option("--publication", args.publication, "公告载体（public_notice 必填）");
  command.add_option("--published", args.publish_date, "公告日期 2023-01-05（public_notice 必填）");
}

absl::StatusOr<deadline::v1::ServiceRecord> ToService(const ServiceArgs& args) {
  deadline::v1::ServiceRecord service;
  deadline::v1::ServiceMethod method = deadline::v1::SERVICE_METHOD_UNSPECIFIED;
  if (!deadline::v1::ServiceMethod_Parse("SERVICE_METHOD_" + absl::AsciiStrToUpper(args.method),
                                         &method)) {
    return absl::InvalidArgumentError(
        absl::StrCat("送达方式 ", args.method, " 不存在：", kMethods));
  }
  service.set_method(method);
  ASSIGN_OR_RETURN(const absl::Time at, ParseStepTime(args.at));
  *service.mutable_serve_time() = rpc::ToTimestamp(at);
  service.set_receiver(args.receiver);
  service.mutable_officers()->Add(args.officers.begin(), args.officers.end());
  service.set_proof(args.proof);
  service.set_refusal(args.refusal);
  service.set_place(args.place);
  service.set_witness(args.witness);
  service.set_video(args.video);
  service.set_tracking_number(args.tracking_number);
  service.set_entrusted_organ(args.entrusted_organ);
  service.set_consent(args.consent);
  service.set_publication(args.publication);
  if (!args.publish_date.empty()) {
    ASSIGN_OR_RETURN(const absl::CivilDay day, ParseCivilDay(args.publish_date));
    *service.mutable_publish_date() = rpc::ToDate(day);
  }
  return service;
}

}  // namespace rectify::cli
