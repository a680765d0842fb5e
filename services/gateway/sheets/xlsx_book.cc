#include "services/gateway/sheets/xlsx_book.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/xlsx/writer.h"

namespace rectify::gateway {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;

absl::Status TooManyRows() {
  return FieldError(
      "filter",
      {absl::StrCat("超过 ", kMaxXlsxRows, " 行，请缩小筛选范围，或改取 .csv"),
       absl::StrCat("lets more than ", kMaxXlsxRows, " rows through: narrow it, or take .csv")});
}

absl::Status TooLarge() {
  return FieldError(
      "filter", {"内容超出 Excel 文件或单元格的容量，请缩小筛选范围，或改取 .csv",
                 "lets more through than an Excel file or cell holds: narrow it, or take .csv"});
}

class FilePieces : public http::Pieces {
 public:
  FilePieces(xlsx::File file, std::shared_ptr<void> place)
      : file_(std::move(file)), place_(std::move(place)) {}

  void Next(std::function<void(Piece)> got) override {
    std::string piece(kPieceBytes, '\0');
    piece.resize(std::fread(piece.data(), 1, piece.size(), file_.get()));
    if (std::ferror(file_.get()) != 0) return got(absl::DataLossError("the file can't be read"));
    got(piece.empty() ? Piece(std::nullopt) : Piece(std::move(piece)));
  }
  void Cancel() override {}

 private:
  const xlsx::File file_;
  const std::shared_ptr<void> place_;
};

// One list until its file is complete.
struct Book : std::enable_shared_from_this<Book> {
  std::unique_ptr<ListPages> pages;
  std::string sheet_name;
  SheetWorkers* workers;
  std::shared_ptr<void> place;
  std::function<void(absl::StatusOr<std::shared_ptr<http::Pieces>>)> done;
  std::unique_ptr<xlsx::Writer> writer;  // from the first page on
  int rows = 0;

  void AskNext() {
    pages->AskNext([self = shared_from_this()](absl::StatusOr<std::string> page) {
      if (!page.ok()) return self->done(page.status());
      self->workers->Run([self, page = *std::move(page)] { self->Take(page); });
    });
  }

  void Take(const std::string& page) {
    absl::Status status = Write(page);
    if (absl::IsOutOfRange(status)) status = TooLarge();
    if (!status.ok()) return done(status);
    if (!pages->AtEnd()) return AskNext();
    absl::StatusOr<xlsx::File> file = writer->Finish();
    if (!file.ok()) return done(file.status());
    done(std::make_shared<FilePieces>(*std::move(file), std::move(place)));
  }

  absl::Status Write(const std::string& page) {
    if (writer == nullptr) RETURN_IF_ERROR(Begin());
    ASSIGN_OR_RETURN(const auto cells, pages->Take(page));
    rows += static_cast<int>(cells.size());
    if (rows > kMaxXlsxRows) return TooManyRows();
    for (const std::vector<Cell>& row : cells) {
      for (const Cell& cell : row) RETURN_IF_ERROR(Add(cell));
      writer->EndRow();
    }
    return absl::OkStatus();
  }

  absl::Status Begin() {
    ASSIGN_OR_RETURN(writer, xlsx::Writer::Create(sheet_name));
    for (const std::string& title : pages->Header()) RETURN_IF_ERROR(writer->AddText(title));
    writer->EndHeader();
    return absl::OkStatus();
  }

  absl::Status Add(const Cell& cell) const {
    double number = 0;
    if (cell.number && absl::SimpleAtod(cell.text, &number)) return writer->AddNumber(number);
    return writer->AddText(cell.text);
  }
};

}  // namespace

void WriteXlsx(std::unique_ptr<ListPages> pages, const std::string& sheet_name,
               SheetWorkers& workers,
               std::function<void(absl::StatusOr<std::shared_ptr<http::Pieces>>)> done) {
  const auto book = std::make_shared<Book>();
  book->pages = std::move(pages);
  book->sheet_name = sheet_name;
  book->workers = &workers;
  book->done = std::move(done);
  book->place = workers.TakePlace();
  if (book->place != nullptr) return book->AskNext();
  book->done(NoPlaceError());
}

}  // namespace rectify::gateway
