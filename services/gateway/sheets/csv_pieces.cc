#include "services/gateway/sheets/csv_pieces.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/csv/cells.h"

namespace rectify::gateway {
namespace {

std::string LinesOf(const std::vector<std::vector<Cell>>& rows) {
  std::string lines;
  std::vector<std::string> texts;
  for (const std::vector<Cell>& row : rows) {
    texts.clear();
    for (const Cell& cell : row) {
      texts.push_back(cell.number ? cell.text : csv::Disarmed(cell.text));
    }
    lines += csv::Line(texts);
  }
  return lines;
}

// Who waits for the next page. A page that comes after the client has gone finds nobody.
struct Waiting {
  absl::Mutex mutex;
  std::function<void(http::Pieces::Piece)> got ABSL_GUARDED_BY(mutex);

  void Answer(http::Pieces::Piece piece) {
    std::function<void(http::Pieces::Piece)> told;
    {
      absl::MutexLock lock(&mutex);
      told = std::exchange(got, nullptr);
    }
    if (told != nullptr) told(std::move(piece));
  }
};

class CsvPieces : public http::Pieces {
 public:
  CsvPieces(std::shared_ptr<ListPages> pages, std::string first)
      : pages_(std::move(pages)), first_(std::move(first)) {}

  void Next(std::function<void(Piece)> got) override {
    if (first_.has_value()) return got(std::exchange(first_, std::nullopt));
    if (pages_->AtEnd()) return got(std::nullopt);
    {
      absl::MutexLock lock(&waiting_->mutex);
      waiting_->got = std::move(got);
    }
    pages_->AskNext([pages = pages_, waiting = waiting_](const absl::StatusOr<std::string>& page) {
      waiting->Answer(PieceOf(*pages, page));
    });
  }
  void Cancel() override { waiting_->Answer(absl::CancelledError("the client has gone")); }

 private:
  static Piece PieceOf(ListPages& pages, const absl::StatusOr<std::string>& page) {
    RETURN_IF_ERROR(page.status());
    ASSIGN_OR_RETURN(const auto rows, pages.Take(*page));
    return std::optional<std::string>(LinesOf(rows));
  }

  const std::shared_ptr<ListPages> pages_;
  const std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
  std::optional<std::string> first_;
};

}  // namespace

void StartCsv(std::unique_ptr<ListPages> pages,
              std::function<void(absl::StatusOr<std::shared_ptr<http::Pieces>>)> done) {
  const std::shared_ptr<ListPages> shared = std::move(pages);
  shared->AskNext([shared, done = std::move(done)](const absl::StatusOr<std::string>& page) {
    if (!page.ok()) return done(page.status());
    const auto rows = shared->Take(*page);
    if (!rows.ok()) return done(rows.status());
    done(std::make_shared<CsvPieces>(
        shared, absl::StrCat(csv::kByteOrderMark, csv::Line(shared->Header()), LinesOf(*rows))));
  });
}

}  // namespace rectify::gateway
