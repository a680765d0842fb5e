// ImportPenalisedUnits and ListPenalisedUnits. Each batch of a file is one transaction; what it
// wrote stays, and a file that is sent again finds its decisions known.
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/csv/csv_reader.h"
#include "rectify/followup/v1/draw_service.pb.h"
#include "services/followup_visits/api/convert.h"
#include "services/followup_visits/api/handlers.h"
#include "services/followup_visits/domain/import_columns.h"
#include "services/followup_visits/store/unit_store.h"

namespace rectify::followup::api {
namespace {

using csv::CsvReader;
using csv::CsvRow;
using rectify::events::Change;
using Response = v1::ImportPenalisedUnitsResponse;

constexpr size_t kBatchRows = 200;

class ImportSession : public rpc::StreamSession {
 public:
  ImportSession(ContextPtr context, const rpc::Call& call)
      : context_(std::move(context)),
        call_(call),
        reader_([this](CsvRow row) { return OnRow(std::move(row)); }) {}

  absl::Status OnMessage(const google::protobuf::Message& message, rpc::Emitter& emit) override {
    const auto& request = static_cast<const v1::ImportPenalisedUnitsRequest&>(message);
    RETURN_IF_ERROR(TakeParent(request.parent()));
    emit_ = &emit;
    return reader_.Feed(request.csv());
  }

  absl::Status OnEnd(rpc::Emitter& emit) override {
    RETURN_IF_ERROR(TakeParent(""));
    emit_ = &emit;
    RETURN_IF_ERROR(reader_.Finish());
    if (!header_) {
      return FieldError("csv", {"文件为空，没有表头", "the file is empty and has no header"},
                        "CSV_INVALID");
    }
    return Flush();
  }

 private:
  // The contract holds every parent to the caller's district, so all of a stream are the same.
  absl::Status TakeParent(const std::string& parent) {
    if (district_.empty()) district_ = rpc::DistrictOf(parent);
    if (!district_.empty()) return absl::OkStatus();
    return FieldError("parent",
                      {"首条消息的parent必填", "parent is required in the first message"});
  }

  absl::Status OnRow(CsvRow row) {
    if (!header_) {
      if (row.problem) return FieldError("csv", *row.problem, "CSV_INVALID");
      ASSIGN_OR_RETURN(header_, domain::ReadHeader(row.cells));
      return absl::OkStatus();
    }
    rows_.push_back(std::move(row));
    return rows_.size() < kBatchRows ? absl::OkStatus() : Flush();
  }

  // One transaction, then the results of the run that was committed.
  absl::Status Flush() {
    if (rows_.empty()) return absl::OkStatus();
    rpc::Call call = call_;
    call.request_id = DeriveRequestId(call_.request_id, absl::StrCat("batch/", ++batches_));
    call.fingerprint = crypto::Sha256(call.request_id);
    std::vector<Response> responses;
    RETURN_IF_ERROR(context_->host.commands()
                        .Run<google::protobuf::Empty>(
                            call,
                            [&](Change& change) -> absl::StatusOr<google::protobuf::Empty> {
                              RETURN_IF_ERROR(Apply(change, responses));
                              return google::protobuf::Empty();
                            })
                        .status());
    rows_.clear();
    for (const Response& response : responses) RETURN_IF_ERROR(emit_->Emit(response));
    return absl::OkStatus();
  }

  absl::Status Apply(Change& change, std::vector<Response>& responses) const {
    responses.assign(rows_.size(), Response());
    std::vector<domain::PenalisedUnit> units;
    std::map<size_t, std::string> decisions;  // by row
    std::map<std::string, std::string> first_ids;
    for (size_t i = 0; i < rows_.size(); ++i) {
      responses[i].set_line(rows_[i].line);
      absl::StatusOr<domain::PenalisedUnit> unit = ReadUnit(change, rows_[i]);
      if (!unit.ok()) {
        Refuse(unit.status(), responses[i]);
        continue;
      }
      decisions[i] = unit->decision_number;
      // A decision that the file names twice is taken once.
      if (first_ids.emplace(unit->decision_number, unit->id).second) {
        units.push_back(*std::move(unit));
      }
    }
    ASSIGN_OR_RETURN(auto ids, store::AddUnits(change.sql(), district_, units));
    for (const auto& [i, decision] : decisions) {
      const bool created = first_ids[decision] == ids[decision];
      first_ids[decision].clear();
      responses[i].set_unit(domain::UnitName(district_, ids[decision]));
      responses[i].set_result(created ? Response::RESULT_CREATED : Response::RESULT_UNCHANGED);
      if (!created) continue;
      change.Audit({.subject = responses[i].unit(),
                    .related = {},
                    .action = "ImportPenalisedUnits",
                    .summary = absl::StrCat("导入回访对象：", decision),
                    .details = {}});
    }
    return absl::OkStatus();
  }

  absl::StatusOr<domain::PenalisedUnit> ReadUnit(Change& change, const CsvRow& row) const {
    if (row.problem) return FieldError("csv", *row.problem);
    const absl::CivilDay today = CivilDayOf(change.now());
    ASSIGN_OR_RETURN(domain::PenalisedUnit unit,
                     domain::ReadRow(*header_, row.cells, district_, today));
    unit.id = change.NewId(absl::StrCat("unit/", row.line));
    unit.source = domain::UnitSource::kFile;
    unit.entry_quarter = domain::QuarterOf(today);
    unit.create_time = change.now();
    return unit;
  }

  void Refuse(const absl::Status& status, Response& response) const {
    response.set_result(Response::RESULT_REFUSED);
    const bool english = call_.language == "en";
    const auto detail = DetailOf(status);
    if (!detail) {
      response.add_problems(std::string(status.message()));
      return;
    }
    for (const FieldViolation& violation : detail->violations) {
      response.add_problems(english ? violation.text.en : violation.text.zh);
    }
  }

  const ContextPtr context_;
  const rpc::Call call_;
  CsvReader reader_;
  std::optional<std::vector<domain::Column>> header_;
  std::string district_;
  std::vector<CsvRow> rows_;
  int batches_ = 0;
  rpc::Emitter* emit_ = nullptr;
};

absl::StatusOr<v1::ListPenalisedUnitsResponse> ListPenalisedUnits(
    const Context& context, const rpc::Call& call, const v1::ListPenalisedUnitsRequest& request) {
  ASSIGN_OR_RETURN(
      auto page,
      context.host.pool().TransactValue("followup.list_units", ReadOnly(call), [&](pg::Tx& tx) {
        return store::ListUnits(tx, rpc::DistrictOf(request.parent()), request.filter(),
                                request.page_size(), request.page_token());
      }));
  v1::ListPenalisedUnitsResponse response;
  for (const domain::PenalisedUnit& unit : page.first) *response.add_units() = ToProto(unit);
  response.set_next_page_token(page.second);
  return response;
}

}  // namespace

void RegisterUnitRpcs(const ContextPtr& context) {
  rpc::Server& server = context->host.server();
  server.Stream(
      "rectify.followup.v1.FollowupDraws.ImportPenalisedUnits",
      [context](const rpc::Call& call) -> absl::StatusOr<std::unique_ptr<rpc::StreamSession>> {
        return std::make_unique<ImportSession>(context, call);
      });
  server.Unary<v1::ListPenalisedUnitsRequest, v1::ListPenalisedUnitsResponse>(
      "rectify.followup.v1.FollowupDraws.ListPenalisedUnits",
      [context](const rpc::Call& call, const v1::ListPenalisedUnitsRequest& request) {
        return ListPenalisedUnits(*context, call, request);
      });
}

}  // namespace rectify::followup::api
