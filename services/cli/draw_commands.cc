// draw: 回访对象抽取.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/hash.h"
#include "rectify/followup/v1/draw_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/list_all.h"

namespace rectify::cli::draw_commands {
namespace {

using followup::v1::Draw;

struct DrawArgs {
  std::string name, quarter, value, source, reason, filter, file, output, code, display_name, user;
  std::vector<std::string> officials, forced, excluded, officers, interests;
  bool retired = false;
};

std::string Method(absl::string_view rpc) {
  return absl::StrCat("rectify.followup.v1.FollowupDraws.", rpc);
}

const char* StateLabel(Draw::State state) {
  switch (state) {
    case Draw::STATE_DRAFT:
      return "拟定";
    case Draw::STATE_FROZEN:
      return "已冻结";
    case Draw::STATE_DRAWN:
      return "已抽取";
    case Draw::STATE_ABANDONED:
      return "已放弃";
    default:
      return "";
  }
}

absl::Status Print(const Session& session, const Draw& draw) {
  if (session.json) {
    std::cout << ToJson(draw);
    return absl::OkStatus();
  }
  std::cout << draw.quarter() << " 第" << draw.number() << "次  " << StateLabel(draw.state())
            << "  抽样框" << draw.frame_size() << "个  抽取" << draw.sample_size() << "个\n"
            << draw.name() << "\n";
  if (!draw.commitment().empty()) std::cout << "承诺散列 " << draw.commitment() << "\n";
  if (!draw.record_hash().empty()) std::cout << "记录散列 " << draw.record_hash() << "\n";
  for (const auto& half : draw.halves()) {
    std::cout << "  种子 " << half.official() << "："
              << (half.has_reveal_time()   ? "已公开"
                  : half.has_commit_time() ? "已承诺"
                                           : "未承诺")
              << "\n";
  }
  Table table({"抽样层", "比例", "对象", "应抽"});
  for (const auto& stratum : draw.strata()) {
    table.Add({stratum.title(), absl::StrCat(stratum.rate_percent(), "%"),
               absl::StrCat(stratum.size()), absl::StrCat(stratum.quota())});
  }
  if (!table.empty()) std::cout << table.Text();
  return absl::OkStatus();
}

template <typename Request>
absl::Status Verb(Session& session, const char* rpc, Request request) {
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(const Draw draw, session.Call<Draw>("followup", Method(rpc), request));
  return Print(session, draw);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("无法读取文件 ", path));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// "NAME=reason" of --force and --exclude.
absl::Status AddPicks(const std::vector<std::string>& texts,
                      google::protobuf::RepeatedPtrField<followup::v1::Pick>& picks) {
  for (const std::string& text : texts) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
    if (parts.second.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("应为 资源名=理由：", text));
    }
    followup::v1::Pick& pick = *picks.Add();
    pick.set_unit(parts.first);
    pick.set_reason(parts.second);
  }
  return absl::OkStatus();
}

absl::Status Import(Session& session, DrawArgs& args) {
  ASSIGN_OR_RETURN(const std::string csv, ReadFile(args.file));
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("followup"));
  constexpr size_t kPiece = size_t{256} << 10;
  size_t sent = 0;
  int kept = 0;
  int refused = 0;
  Progress progress("导入");
  RETURN_IF_ERROR(client->Stream(
      Method("ImportPenalisedUnits"),
      [&](google::protobuf::Message& message) {
        if (sent >= csv.size()) return false;
        auto& request = static_cast<followup::v1::ImportPenalisedUnitsRequest&>(message);
        request.set_parent(session.parent());
        request.set_csv(csv.substr(sent, kPiece));
        sent += kPiece;
        progress.Show(static_cast<int64_t>(std::min(sent, csv.size())),
                      static_cast<int64_t>(csv.size()));
        return true;
      },
      [&](const google::protobuf::Message& message) {
        const auto& row = static_cast<const followup::v1::ImportPenalisedUnitsResponse&>(message);
        const bool bad = row.result() == followup::v1::ImportPenalisedUnitsResponse::RESULT_REFUSED;
        (bad ? refused : kept) += 1;
        for (const std::string& problem : row.problems()) {
          std::cout << "第" << row.line() << "行：" << problem << "\n";
        }
        return absl::OkStatus();
      },
      absl::Minutes(10)));
  std::cout << "导入 " << kept << " 行，退回 " << refused << " 行\n";
  return absl::OkStatus();
}

absl::Status Units(Session& session, DrawArgs& args) {
  followup::v1::ListPenalisedUnitsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("followup"));
  ASSIGN_OR_RETURN(auto units,
                   (ListAll<followup::v1::PenalisedUnit, followup::v1::ListPenalisedUnitsResponse>(
                       *client, Method("ListPenalisedUnits"), request,
                       [](auto& r) { return r.mutable_units(); })));
  if (session.json) {
    std::cout << ToJsonArray(units);
    return absl::OkStatus();
  }
  Table table({"决定日期", "文号", "单位", "起算季度", "资源名"});
  for (const auto& unit : units) {
    table.Add({DateText(unit.decision_date()), unit.decision_number(), unit.party(),
               unit.entry_quarter(), unit.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Visitor(Session& session, DrawArgs& args) {
  followup::v1::UpdateVisitorRequest request;
  followup::v1::Visitor& visitor = *request.mutable_visitor();
  visitor.set_name(absl::StrCat(session.parent(), "/visitors/", args.code));
  visitor.set_display_name(args.display_name);
  visitor.set_user(args.user);
  visitor.mutable_officers()->Add(args.officers.begin(), args.officers.end());
  google::protobuf::RepeatedPtrField<followup::v1::Pick> interests;
  RETURN_IF_ERROR(AddPicks(args.interests, interests));
  for (const followup::v1::Pick& pick : interests) {
    followup::v1::Interest& interest = *visitor.add_interests();
    interest.set_subject(pick.unit());
    interest.set_reason(pick.reason());
  }
  visitor.set_retired(args.retired);
  request.set_request_id(NewUuid7(absl::Now()));
  ASSIGN_OR_RETURN(
      visitor, session.Call<followup::v1::Visitor>("followup", Method("UpdateVisitor"), request));
  std::cout << (session.json ? ToJson(visitor) : visitor.name() + "\n");
  return absl::OkStatus();
}

absl::Status Frame(Session& session, DrawArgs& args) {
  followup::v1::CreateFrameRequest request;
  request.set_parent(session.parent());
  request.set_quarter(args.quarter);
  return Verb(session, "CreateFrame", request);
}

absl::Status Freeze(Session& session, DrawArgs& args) {
  followup::v1::FreezeFrameRequest request;
  request.set_name(args.name);
  RETURN_IF_ERROR(AddPicks(args.forced, *request.mutable_forced()));
  RETURN_IF_ERROR(AddPicks(args.excluded, *request.mutable_excluded()));
  request.mutable_officials()->Add(args.officials.begin(), args.officials.end());
  request.set_public_source(args.source);
  return Verb(session, "FreezeFrame", request);
}

absl::Status Commit(Session& session, DrawArgs& args) {
  followup::v1::CommitSeedHalfRequest request;
  request.set_name(args.name);
  request.set_commitment(absl::BytesToHexString(crypto::Sha256(args.value)));
  return Verb(session, "CommitSeedHalf", request);
}

absl::Status Reveal(Session& session, DrawArgs& args) {
  followup::v1::RevealSeedHalfRequest request;
  request.set_name(args.name);
  request.set_value(args.value);
  return Verb(session, "RevealSeedHalf", request);
}

absl::Status PublicValue(Session& session, DrawArgs& args) {
  followup::v1::RecordPublicValueRequest request;
  request.set_name(args.name);
  request.set_value(args.value);
  return Verb(session, "RecordPublicValue", request);
}

absl::Status Run(Session& session, DrawArgs& args) {
  followup::v1::DrawSampleRequest request;
  request.set_name(args.name);
  return Verb(session, "DrawSample", request);
}

absl::Status Abandon(Session& session, DrawArgs& args) {
  followup::v1::AbandonDrawRequest request;
  request.set_name(args.name);
  request.set_reason(args.reason);
  return Verb(session, "AbandonDraw", request);
}

absl::Status List(Session& session, DrawArgs& args) {
  followup::v1::ListDrawsRequest request;
  request.set_parent(session.parent());
  request.set_filter(args.filter);
  ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service("followup"));
  ASSIGN_OR_RETURN(auto draws, (ListAll<Draw, followup::v1::ListDrawsResponse>(
                                   *client, Method("ListDraws"), request,
                                   [](auto& r) { return r.mutable_draws(); })));
  if (session.json) {
    std::cout << ToJsonArray(draws);
    return absl::OkStatus();
  }
  Table table({"次", "季度", "状态", "抽样框", "抽取", "资源名"});
  for (const Draw& draw : draws) {
    table.Add({absl::StrCat(draw.number()), draw.quarter(), StateLabel(draw.state()),
               absl::StrCat(draw.frame_size()), absl::StrCat(draw.sample_size()), draw.name()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

absl::Status Record(Session& session, DrawArgs& args) {
  followup::v1::GetDrawRecordRequest request;
  request.set_name(args.name);
  ASSIGN_OR_RETURN(const auto record, session.Call<followup::v1::DrawRecord>(
                                          "followup", Method("GetDrawRecord"), request));
  if (args.output.empty()) {
    std::cout << record.record();
    return absl::OkStatus();
  }
  std::ofstream(args.output, std::ios::binary) << record.record();
  std::cout << args.output << "  " << record.record_hash() << "\n";
  return absl::OkStatus();
}

absl::Status Verify(Session& session, DrawArgs& args) {
  followup::v1::VerifyDrawRequest request;
  request.set_parent(session.parent());
  ASSIGN_OR_RETURN(*request.mutable_record(), ReadFile(args.file));
  ASSIGN_OR_RETURN(const auto result, session.Call<followup::v1::VerifyDrawResponse>(
                                          "followup", Method("VerifyDraw"), request));
  for (const auto& check : result.checks()) {
    std::cout << (check.passed() ? "符合  " : "不符  ") << check.code() << "  " << check.problem()
              << "\n";
  }
  return result.valid() ? absl::OkStatus() : absl::FailedPreconditionError("抽取记录未通过核验");
}

void AddSeedCommands(CLI::App& draw, Session& session, const std::shared_ptr<DrawArgs>& args) {
  const auto add = [&](const char* name, const char* help,
                       std::function<absl::Status(Session&, DrawArgs&)> run) {
    CLI::App* command = AddCommand<DrawArgs>(draw, session, name, help, args, std::move(run));
    command->add_option("name", args->name, "资源名")->required();
    return command;
  };
  CLI::App* freeze = add("freeze", "冻结抽样框并公布承诺散列", Freeze);
  freeze->add_option("--official", args->officials, "种子提供人登录名（两次）");
  freeze->add_option("--public-source", args->source, "事先指明的公开数值");
  freeze->add_option("--force", args->forced, "必查 资源名=理由（可重复）");
  freeze->add_option("--exclude", args->excluded, "排除 资源名=理由（可重复）");
  add("commit", "提交自己一半种子的承诺（只发送散列）", Commit)
      ->add_option("--value", args->value, "自己的一半，32个以上随机字符")
      ->required();
  add("reveal", "公开自己的一半种子", Reveal)
      ->add_option("--value", args->value, "与承诺相同的值")
      ->required();
  add("public", "登记公开数值", PublicValue)
      ->add_option("--value", args->value, "数值")
      ->required();
  add("run", "抽取并公布记录", Run);
  add("abandon", "放弃本次抽取", Abandon)->add_option("--reason", args->reason, "理由")->required();
  add("record", "取得公布的抽取记录", Record)
      ->add_option("--output", args->output, "写入文件，缺省为标准输出");
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<DrawArgs>();
  CLI::App* draw = app.add_subcommand("draw", "回访对象抽取（纪委）")->require_subcommand(1);
  AddCommand<DrawArgs>(*draw, session, "import", "导入受处罚单位 CSV", args, Import)
      ->add_option("file", args->file, "文件")
      ->required();
  AddCommand<DrawArgs>(*draw, session, "units", "列出回访对象", args, Units)
      ->add_option("--filter", args->filter, "例如 state=WAITING");
  CLI::App* visitor =
      AddCommand<DrawArgs>(*draw, session, "visitor", "登记回访人员及利害关系", args, Visitor);
  visitor->add_option("code", args->code, "代码")->required();
  visitor->add_option("--display-name", args->display_name, "姓名")->required();
  visitor->add_option("--user", args->user, "登录名 users/…")->required();
  visitor->add_option("--officer", args->officers, "本人现任或曾任的监督员（可重复）");
  visitor->add_option("--interest", args->interests, "利害关系 资源名=理由（可重复）");
  visitor->add_flag("--retired", args->retired, "不再回访");
  AddCommand<DrawArgs>(*draw, session, "frame", "建立某季度的抽样框", args, Frame)
      ->add_option("quarter", args->quarter, "例如 2023Q1")
      ->required();
  AddSeedCommands(*draw, session, args);
  AddCommand<DrawArgs>(*draw, session, "list", "列出各次抽取", args, List)
      ->add_option("--filter", args->filter, "例如 state=DRAWN");
  AddCommand<DrawArgs>(*draw, session, "verify", "核验一份抽取记录", args, Verify)
      ->add_option("file", args->file, "记录文件")
      ->required();
}

}  // namespace rectify::cli::draw_commands
