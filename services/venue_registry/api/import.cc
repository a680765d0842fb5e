// ImportVenues: rows of a CSV file, written in batches. Each batch is one transaction; what a batch
// wrote stays, whatever becomes of the rest, and a file that is sent again finds it unchanged.
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/csv/csv_reader.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/venue_registry/api/convert.h"
#include "services/venue_registry/api/handlers.h"
#include "services/venue_registry/api/venue_writes.h"
#include "services/venue_registry/domain/import_columns.h"
#include "services/venue_registry/domain/import_plan.h"
#include "services/venue_registry/store/names.h"

namespace rectify::venue::api {
namespace {

using csv::CsvReader;
using csv::CsvRow;
using rectify::events::Change;
using Responses = std::vector<v1::ImportVenuesResponse>;

constexpr char kAction[] = "ImportVenues";

class ImportSession : public rpc::StreamSession {
 public:
  ImportSession(std::shared_ptr<Context> context, const rpc::Call& call, size_t batch_rows)
      : context_(std::move(context)),
        call_(call),
        batch_rows_(batch_rows),
        reader_([this](CsvRow row) { return OnRow(std::move(row)); }) {}

  absl::Status OnMessage(const google::protobuf::Message& message, rpc::Emitter& emit) override {
    const auto& request = static_cast<const v1::ImportVenuesRequest&>(message);
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
    if (district_.empty()) district_ = SplitName(parent).district;
    if (!district_.empty()) return absl::OkStatus();
    return FieldError("parent",
                      {"首条消息的parent必填", "parent is required in the first message"});
  }

  absl::Status OnRow(CsvRow row) {
    if (!header_) {
      if (row.problem) return FieldError("csv", *row.problem, "CSV_INVALID");
      ASSIGN_OR_RETURN(header_, domain::ImportHeader::Read(row.cells));
      return absl::OkStatus();
    }
    rows_.push_back(std::move(row));
    return rows_.size() < batch_rows_ ? absl::OkStatus() : Flush();
  }

  absl::Status Flush() {
    const std::vector<CsvRow> rows = std::exchange(rows_, {});
    Responses responses;
    absl::Status status = Write(rows, responses);
    if (status.code() == absl::StatusCode::kAlreadyExists) {
      // Somebody else took a key meanwhile, or rows of the batch exchange their keys: one by one
      // each finds the present state, and only those that still collide are refused.
      responses.clear();
      status = WriteOneByOne(rows, responses);
    }
    RETURN_IF_ERROR(status);
    for (const v1::ImportVenuesResponse& response : responses) {
      RETURN_IF_ERROR(emit_->Emit(response));
    }
    return absl::OkStatus();
  }

  absl::Status WriteOneByOne(const std::vector<CsvRow>& rows, Responses& responses) {
    for (const CsvRow& row : rows) {
      Responses one;
      absl::Status status = Write({row}, one);
      if (status.code() == absl::StatusCode::kAlreadyExists) {
        one = {Response(row, status)};
      } else if (!status.ok()) {
        return status;
      }
      responses.push_back(std::move(one[0]));
    }
    return absl::OkStatus();
  }

  // One transaction. `responses` are those of the run that was committed: every run fills them
  // anew, and a commit that is found to have happened runs nothing again.
  absl::Status Write(const std::vector<CsvRow>& rows, Responses& responses) {
    if (rows.empty()) return absl::OkStatus();
    rpc::Call call = call_;
    call.request_id = DeriveRequestId(call_.request_id, absl::StrCat("batch/", ++batches_));
    call.fingerprint = crypto::Sha256(call.request_id);
    return context_->host.commands()
        .Run<google::protobuf::Empty>(
            call,
            [&](Change& change) -> absl::StatusOr<google::protobuf::Empty> {
              responses.clear();
              RETURN_IF_ERROR(Apply(change, rows, responses));
              return google::protobuf::Empty();
            })
        .status();
  }

  absl::Status Apply(Change& change, const std::vector<CsvRow>& rows, Responses& responses) {
    ASSIGN_OR_RETURN(const domain::StreetNames streets, ReadStreets(change.sql()));
    std::vector<domain::ImportRow> read(rows.size());
    domain::KeySet keys;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].problem) continue;
      read[i] = domain::ReadRow(*header_, rows[i].cells, streets);
      if (read[i].violations.empty()) keys.Add(read[i].fields);
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                     context_->venues.FindByKeys(change.sql(), district_, keys));
    ASSIGN_OR_RETURN(std::vector<domain::Venue> present,
                     context_->venues.Read(change.sql(), district_, ids, store::Lock::kForUpdate));
    domain::ImportPlan plan(district_, change.now(), std::move(present));
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].problem) {
        responses.push_back(Response(rows[i], FieldError("csv", *rows[i].problem)));
      } else {
        responses.push_back(Response(rows[i], plan.Apply(*header_, read[i])));
      }
    }
    return Save(change, plan);
  }

  absl::Status Save(Change& change, const domain::ImportPlan& plan) {
    const std::vector<domain::ImportedVenue> changed = plan.Changed();
    std::vector<store::VenueWrite> writes;
    writes.reserve(changed.size());
    for (const domain::ImportedVenue& each : changed) {
      writes.push_back({&each.venue, each.before ? &*each.before : nullptr});
    }
    RETURN_IF_ERROR(context_->venues.Save(change.sql(), writes));
    for (const domain::ImportStep& step : plan.steps()) {
      if (step.registered) {
        RecordNew(change, step.change.venue, kAction, "批量导入登记场所");
      } else {
        RecordUpdated(change, step.change, kAction, "批量导入变更场所");
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<domain::StreetNames> ReadStreets(pg::Tx& tx) const {
    ASSIGN_OR_RETURN(std::vector<domain::Desk> desks,
                     context_->desks.Read(tx, domain::DeskKind::kStreet, district_));
    domain::StreetNames streets;
    for (const domain::Desk& desk : desks) {
      streets.Add(desk.district, desk.code, desk.display_name);
    }
    return streets;
  }

  v1::ImportVenuesResponse Response(
      const CsvRow& row, const absl::StatusOr<domain::ImportPlan::Outcome>& outcome) const {
    using Result = domain::ImportPlan::Result;
    v1::ImportVenuesResponse response;
    response.set_line(row.line);
    if (outcome.ok()) {
      response.set_result(
          outcome->result == Result::kCreated   ? v1::ImportVenuesResponse::RESULT_CREATED
          : outcome->result == Result::kUpdated ? v1::ImportVenuesResponse::RESULT_UPDATED
                                                : v1::ImportVenuesResponse::RESULT_UNCHANGED);
      response.set_venue(NameOf(district_, "venues", outcome->venue_id));
      return response;
    }
    response.set_result(v1::ImportVenuesResponse::RESULT_REFUSED);
    const bool english = call_.language == "en";
    const auto detail = DetailOf(outcome.status());
    if (!detail) {
      response.add_problems(std::string(outcome.status().message()));
    } else if (detail->violations.empty()) {
      response.add_problems(english ? detail->text.en : detail->text.zh);
    } else {
      for (const FieldViolation& violation : detail->violations) {
        response.add_problems(english ? violation.text.en : violation.text.zh);
      }
    }
    return response;
  }

  const std::shared_ptr<Context> context_;
  const rpc::Call call_;
  const size_t batch_rows_;
  CsvReader reader_;
  std::optional<domain::ImportHeader> header_;
  std::string district_;
  std::vector<CsvRow> rows_;
  int batches_ = 0;
  rpc::Emitter* emit_ = nullptr;
};

}  // namespace

void RegisterImport(const std::shared_ptr<Context>& context, size_t batch_rows) {
  context->host.server().Stream(
      Method("ImportVenues"),
      [context,
       batch_rows](const rpc::Call& call) -> absl::StatusOr<std::unique_ptr<rpc::StreamSession>> {
        return std::make_unique<ImportSession>(context, call, batch_rows);
      });
}

}  // namespace rectify::venue::api
