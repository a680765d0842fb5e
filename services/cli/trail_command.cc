// trail: everything that the services recorded about one thing, as one timeline.
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "rectify/audit/v1/audit_trail_service.pb.h"
#include "services/cli/commands.h"
#include "services/cli/list_all.h"
#include "services/cli/timeline.h"

namespace rectify::cli::trail_command {
namespace {

using audit::v1::AuditEntry;

struct TrailArgs {
  std::string subject;
};

absl::StatusOr<std::vector<AuditEntry>> EntriesOf(Session& session, const std::string& subject) {
  std::vector<std::vector<AuditEntry>> trails;
  for (const char* service : kSources) {
    audit::v1::ListAuditEntriesRequest request;
    request.set_subject(subject);
    ASSIGN_OR_RETURN(const rpc::Client* client, session.connection->Service(service));
    ASSIGN_OR_RETURN(auto entries, (ListAll<AuditEntry, audit::v1::ListAuditEntriesResponse>(
                                       *client, "rectify.audit.v1.AuditTrail.ListAuditEntries",
                                       request, [](auto& r) { return r.mutable_entries(); })));
    trails.push_back(std::move(entries));
  }
  return MergeTrails(std::move(trails));
}

absl::Status Trail(Session& session, TrailArgs& args) {
  ASSIGN_OR_RETURN(std::vector<AuditEntry> entries, EntriesOf(session, args.subject));
  if (session.json) {
    std::cout << ToJsonArray(entries);
    return absl::OkStatus();
  }
  Table table({"时间", "服务", "谁", "做了什么", "动作"});
  for (const AuditEntry& entry : entries) {
    table.Add({TimeText(entry.occur_time()), entry.service(), entry.actor(), entry.summary(),
               entry.action()});
  }
  std::cout << table.Text();
  return absl::OkStatus();
}

}  // namespace

void AddTo(CLI::App& app, Session& session) {
  auto args = std::make_shared<TrailArgs>();
  AddCommand<TrailArgs>(app, session, "trail", "一项隐患（或单位、文书）在各服务中的全过程", args,
                        Trail)
      ->add_option("name", args->subject, "资源名")
      ->required();
}

}  // namespace rectify::cli::trail_command
