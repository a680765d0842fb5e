// ImportVenues: rows of a CSV file, written in batches. Each batch is one transaction; what a batch
// wrote stays, whatever becomes of the rest, and a file that is sent again finds it unchanged. With
// an import id the file goes on behind the last batch, and what came before is answered as it was.
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/empty.pb.h"
#include "libs/base/error.h"
#include "libs/base/failpoint.h"
#include "libs/base/ids.h"
#include "libs/base/planted.h"
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
constexpr int kRepeatedRows = 1000;  // read at once

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
    RETURN_IF_ERROR(TakeId(request.import_id()));
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
    // The file ends before the place that the import had come to.
    if (seen_.rows_done < stored_.rows_done) return Changed();
    if (rows_.size() > 1) {
      Pending last = std::move(rows_.back());
      rows_.pop_back();
      RETURN_IF_ERROR(Flush());
      rows_.push_back(std::move(last));
    }
    // The last row may have been cut off on its way with the client: it never counts as done.
    counts_ = false;
    return Flush();
  }

 private:
  // A row that waits for its batch, and the digest of the file up to it.
  struct Pending {
    CsvRow row;
    std::string digest;
  };

  // The contract holds every parent to the caller's district, so all of a stream are the same.
  absl::Status TakeParent(const std::string& parent) {
    if (district_.empty()) district_ = SplitName(parent).district;
    if (!district_.empty()) return absl::OkStatus();
    return FieldError("parent",
                      {"首条消息的parent必填", "parent is required in the first message"});
  }

  absl::Status TakeId(const std::string& id) {
    if (id.empty() || id == import_id_) return absl::OkStatus();
    if (header_ || !IsUuid(id)) {
      return FieldError("import_id", {"导入编号import_id应为小写UUID，在首条消息给出",
                                      "import_id must be a lower-case UUID in the first message"});
    }
    import_id_ = id;
    return absl::OkStatus();
  }

  static absl::Status Changed() {
    return store::ImportChangedError(absl::StatusCode::kInvalidArgument);
  }

  // Where the import stands, when it began before.
  absl::Status Open(const CsvRow& header) {
    if (import_id_.empty()) return absl::OkStatus();
    seen_.digest = Digest("", header);
    committed_ = seen_;
    ASSIGN_OR_RETURN(
        const auto stored,
        context_->host.pool().TransactValue("venue.read_import", ReadOnly(), [&](pg::Tx& tx) {
          return context_->imports.Read(tx, district_, import_id_);
        }));
    if (stored) stored_ = *stored;
    return absl::OkStatus();
  }

  static std::string Digest(const std::string& before, const CsvRow& row) {
    return crypto::Sha256(absl::StrCat(before, row.line, "\x1e", absl::StrJoin(row.cells, "\x1f")));
  }

  // A stream has no deadline of its own; the pool's limit holds for each statement.
  static pg::TxOptions ReadOnly() { return {.access = pg::Access::kReadOnly}; }

  absl::Status OnRow(CsvRow row) {
    if (!header_) {
      if (row.problem) return FieldError("csv", *row.problem, "CSV_INVALID");
      ASSIGN_OR_RETURN(header_, domain::ImportHeader::Read(row.cells));
      return Open(row);
    }
    ++seen_.rows_done;
    if (!import_id_.empty()) seen_.digest = Digest(seen_.digest, row);
    if (seen_.rows_done < stored_.rows_done) return absl::OkStatus();
    if (seen_.rows_done == stored_.rows_done) return Repeat();
    // A batch waits for the row after it, so that it never holds the last one.
    if (rows_.size() == batch_rows_) RETURN_IF_ERROR(Flush());
    rows_.push_back({std::move(row), seen_.digest});
    return absl::OkStatus();
  }

  // The results of the rows that were done before, once all of them have been seen again.
  absl::Status Repeat() {
    if (seen_.digest != stored_.digest) return Changed();
    committed_ = seen_;
    for (int done = 0; done < stored_.rows_done;) {
      ASSIGN_OR_RETURN(const auto results,
                       context_->host.pool().TransactValue(
                           "venue.read_import_rows", ReadOnly(), [&](pg::Tx& tx) {
                             return context_->imports.Results(tx, district_, import_id_, done,
                                                              kRepeatedRows);
                           }));
      if (results.empty()) return absl::DataLossError("results of an import are missing");
      for (const store::ImportResult& result : results) {
        RETURN_IF_ERROR(emit_->Emit(RepeatedResponse(result)));
      }
      done += static_cast<int>(results.size());
    }
    return absl::OkStatus();
  }

  absl::Status Flush() {
    const std::vector<Pending> rows = std::exchange(rows_, {});
    RECTIFY_FAILPOINT("import.before_batch");
    Responses responses;
    absl::Status status = Write(rows, responses);
    if (status.code() == absl::StatusCode::kAlreadyExists) {
      // Somebody else took a key meanwhile, or rows of the batch exchange their keys: one by one
      // each finds the present state, and only those that still collide are refused.
      responses.clear();
      status = WriteOneByOne(rows, responses);
    }
    RETURN_IF_ERROR(status);
    RECTIFY_FAILPOINT("import.after_batch");
    for (const v1::ImportVenuesResponse& response : responses) {
      RETURN_IF_ERROR(emit_->Emit(response));
    }
    RECTIFY_FAILPOINT("import.after_answers");
    return absl::OkStatus();
  }

  absl::Status WriteOneByOne(const std::vector<Pending>& rows, Responses& responses) {
    for (const Pending& row : rows) {
      Responses one;
      absl::Status status = Write({row}, one);
      if (status.code() == absl::StatusCode::kAlreadyExists) {
        const absl::Status refusal = status;
        status = Transact([&](Change& change) {
          one = {Response(row.row, refusal)};
          return Advance(change, {row}, one);
        });
      }
      if (!status.ok()) {
        return status;
      }
      responses.push_back(std::move(one[0]));
    }
    return absl::OkStatus();
  }

  // One transaction. `responses` are those of the run that was committed: every run fills them
  // anew, and a commit that is found to have happened runs nothing again.
  absl::Status Write(const std::vector<Pending>& rows, Responses& responses) {
    if (rows.empty()) return absl::OkStatus();
    const bool progress_first = RECTIFY_PLANTED("progress_before_rows");
    if (progress_first) {
      const domain::ImportPlan::Outcome unknown{};
      for (const Pending& row : rows) responses.push_back(Response(row.row, unknown));
      RETURN_IF_ERROR(Transact([&](Change& change) { return Advance(change, rows, responses); }));
    }
    RETURN_IF_ERROR(Transact([&](Change& change) -> absl::Status {
      responses.clear();
      RETURN_IF_ERROR(Apply(change, rows, responses));
      RECTIFY_FAILPOINT("import.after_rows");
      return progress_first ? absl::OkStatus() : Advance(change, rows, responses);
    }));
    return absl::OkStatus();
  }

  absl::Status Transact(const std::function<absl::Status(Change&)>& fn) {
    next_ = committed_;
    rpc::Call call = call_;
    call.request_id = DeriveRequestId(call_.request_id, absl::StrCat("batch/", ++batches_));
    call.fingerprint = crypto::Sha256(call.request_id);
    RETURN_IF_ERROR(context_->host.commands()
                        .Run<google::protobuf::Empty>(
                            call,
                            [&](Change& change) -> absl::StatusOr<google::protobuf::Empty> {
                              RETURN_IF_ERROR(fn(change));
                              return google::protobuf::Empty();
                            })
                        .status());
    committed_ = next_;
    return absl::OkStatus();
  }

  // Notes with the rows themselves that they are done.
  absl::Status Advance(Change& change, const std::vector<Pending>& rows,
                       const Responses& responses) {
    if (import_id_.empty() || !counts_) return absl::OkStatus();
    std::vector<store::ImportResult> results;
    for (const v1::ImportVenuesResponse& response : responses) {
      results.push_back({response.line(),
                         response.result(),
                         IdOf(response.venue()),
                         {response.problems().begin(), response.problems().end()}});
    }
    next_ = {committed_.rows_done + static_cast<int>(rows.size()), rows.back().digest};
    RETURN_IF_ERROR(context_->imports.Advance(change.sql(), district_, import_id_, committed_,
                                              next_, results, change.now()));
    RECTIFY_FAILPOINT("import.after_progress");
    return absl::OkStatus();
  }

  absl::Status Apply(Change& change, const std::vector<Pending>& rows, Responses& responses) {
    ASSIGN_OR_RETURN(const domain::StreetNames streets, ReadStreets(change.sql()));
    std::vector<domain::ImportRow> read(rows.size());
    domain::KeySet keys;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].row.problem) continue;
      read[i] = domain::ReadRow(*header_, rows[i].row.cells, streets);
      if (read[i].violations.empty()) keys.Add(read[i].fields);
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                     context_->venues.FindByKeys(change.sql(), district_, keys));
    ASSIGN_OR_RETURN(std::vector<domain::Venue> present,
                     context_->venues.Read(change.sql(), district_, ids, store::Lock::kForUpdate));
    domain::ImportPlan plan(district_, change.now(), std::move(present));
    for (size_t i = 0; i < rows.size(); ++i) {
      const CsvRow& row = rows[i].row;
      if (row.problem) {
        responses.push_back(Response(row, FieldError("csv", *row.problem)));
      } else {
        responses.push_back(Response(row, plan.Apply(*header_, read[i])));
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

  v1::ImportVenuesResponse RepeatedResponse(const store::ImportResult& result) const {
    v1::ImportVenuesResponse response;
    response.set_line(result.line);
    response.set_result(static_cast<v1::ImportVenuesResponse::Result>(result.result));
    if (!result.venue_id.empty()) response.set_venue(NameOf(district_, "venues", result.venue_id));
    response.mutable_problems()->Assign(result.problems.begin(), result.problems.end());
    response.set_already_done(true);
    return response;
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
  std::vector<Pending> rows_;
  std::string import_id_;  // empty: can't be resumed
  bool counts_ = true;     // rows that are written are done
  // How far the import had come before this stream, how far the file was read, how far this stream
  // has committed, and would have with the transaction that runs.
  store::ImportProgress stored_, seen_, committed_, next_;
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
