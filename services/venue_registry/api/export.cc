// ExportVenues: the venues of a district as a CSV file, page by page.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "libs/base/status_macros.h"
#include "rectify/venue/v1/venue_directory_service.pb.h"
#include "services/venue_registry/api/convert.h"
#include "services/venue_registry/api/handlers.h"
#include "services/venue_registry/domain/export_rows.h"

namespace rectify::venue::api {
namespace {

using rectify::events::Change;

constexpr int kPageRows = 500;

class ExportSession : public rpc::StreamSession {
 public:
  ExportSession(std::shared_ptr<Context> context, const rpc::Call& call)
      : context_(std::move(context)), call_(call) {}

  absl::Status OnMessage(const google::protobuf::Message& message, rpc::Emitter& emit) override {
    const auto& request = static_cast<const v1::ExportVenuesRequest&>(message);
    const std::string filter =
        absl::StrCat("state = ACTIVE", request.filter().empty() ? "" : " AND ", request.filter());
    RETURN_IF_ERROR(Audit(request));
    std::string csv = domain::ExportHeader(), token;
    do {
      ASSIGN_OR_RETURN(auto page, Read(SplitName(request.parent()).district, filter, token));
      for (const domain::Venue& venue : page.first)
        absl::StrAppend(&csv, domain::ExportLine(venue));
      v1::ExportVenuesResponse response;
      response.set_csv(std::exchange(csv, ""));
      RETURN_IF_ERROR(emit.Emit(response));
      token = page.second;
    } while (!token.empty());
    return absl::OkStatus();
  }

 private:
  // Who takes the registry out of the house is written down first.
  absl::Status Audit(const v1::ExportVenuesRequest& request) {
    return context_->host.commands()
        .Run<google::protobuf::Empty>(
            call_,
            [&](Change& change) -> absl::StatusOr<google::protobuf::Empty> {
              change.Audit({.subject = request.parent(),
                            .related = {},
                            .action = "ExportVenues",
                            .summary = "导出场所名单（联系方式已脱敏）",
                            .details = {{"filter", request.filter()}}});
              return google::protobuf::Empty();
            })
        .status();
  }

  absl::StatusOr<std::pair<std::vector<domain::Venue>, std::string>> Read(
      const std::string& district, const std::string& filter, const std::string& token) {
    // A stream has no deadline of its own; the pool's limit holds for each page.
    return context_->host.pool().TransactValue(
        "venue.export", {.access = pg::Access::kReadOnly},
        [&](pg::Tx& tx) { return context_->venues.List(tx, district, filter, kPageRows, token); });
  }

  const std::shared_ptr<Context> context_;
  const rpc::Call call_;
};

}  // namespace

void RegisterExport(const std::shared_ptr<Context>& context) {
  context->host.server().Stream(
      DirectoryMethod("ExportVenues"),
      [context](const rpc::Call& call) -> absl::StatusOr<std::unique_ptr<rpc::StreamSession>> {
        return std::make_unique<ExportSession>(context, call);
      });
}

}  // namespace rectify::venue::api
