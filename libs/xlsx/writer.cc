#include "libs/xlsx/writer.h"

#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/status_macros.h"

namespace rectify::xlsx {
namespace {

absl::Status NoPlace(absl::string_view why) {
  return absl::UnavailableError(absl::StrCat("can't write a sheet: ", why));
}

// A file of this program alone, with a name, because the library opens it by one.
absl::StatusOr<std::string> NewFile() {
  const char* folder = std::getenv("TMPDIR");
  std::string path = absl::StrCat(folder == nullptr ? "/tmp" : folder, "/rectify-sheet.XXXXXX");
  const int fd = mkstemp(path.data());
  if (fd < 0) return NoPlace(std::strerror(errno));
  close(fd);
  return path;
}

}  // namespace

struct Writer::Book {
  std::string path;
  lxw_workbook* workbook = nullptr;  // until it is closed
  lxw_worksheet* sheet = nullptr;
  lxw_format* header = nullptr;
  lxw_format* format = nullptr;  // of the row that is being written
  lxw_row_t row = 0;
  lxw_col_t column = 0;
  size_t bytes = 0;

  // Closing is what frees all that the library holds, its own temporary files too.
  lxw_error Close() { return workbook_close(std::exchange(workbook, nullptr)); }
  ~Book() {
    if (workbook != nullptr) Close();
    if (!path.empty()) unlink(path.c_str());
  }
};

Writer::Writer(std::unique_ptr<Book> book) : book_(std::move(book)) {}
Writer::~Writer() = default;

absl::StatusOr<std::unique_ptr<Writer>> Writer::Create(const std::string& sheet_name) {
  auto book = std::make_unique<Book>();
  ASSIGN_OR_RETURN(book->path, NewFile());
  lxw_workbook_options options = {};
  options.constant_memory = LXW_TRUE;
  book->workbook = workbook_new_opt(book->path.c_str(), &options);
  if (book->workbook == nullptr) return NoPlace("the library refuses");
  book->sheet = workbook_add_worksheet(book->workbook, sheet_name.c_str());
  if (book->sheet == nullptr) return NoPlace("no temporary file");
  book->header = workbook_add_format(book->workbook);
  format_set_bold(book->header);
  worksheet_freeze_panes(book->sheet, 1, 0);
  book->format = book->header;
  return std::unique_ptr<Writer>(new Writer(std::move(book)));
}

absl::Status Writer::Added(size_t bytes) {
  ++book_->column;
  book_->bytes += bytes;
  if (book_->bytes <= kMaxBytes) return absl::OkStatus();
  return absl::OutOfRangeError("the file becomes too large");
}

absl::Status Writer::AddText(const std::string& text) {
  // The library ends a text at a NUL.
  const std::string whole =
      absl::StrReplaceAll(text, {{absl::string_view("\0", 1), "\xEF\xBF\xBD"}});
  const lxw_error error = whole.empty()
                              ? LXW_NO_ERROR
                              : worksheet_write_string(book_->sheet, book_->row, book_->column,
                                                       whole.c_str(), book_->format);
  if (error == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED) {
    return absl::OutOfRangeError("a text is too long for a cell");
  }
  if (error != LXW_NO_ERROR) return NoPlace(lxw_strerror(error));
  return Added(whole.size());
}

absl::Status Writer::AddNumber(double number) {
  const lxw_error error =
      worksheet_write_number(book_->sheet, book_->row, book_->column, number, book_->format);
  if (error != LXW_NO_ERROR) return NoPlace(lxw_strerror(error));
  return Added(sizeof number);
}

void Writer::EndRow() {
  ++book_->row;
  book_->column = 0;
}

void Writer::EndHeader() {
  EndRow();
  book_->format = nullptr;
}

absl::StatusOr<File> Writer::Finish() {
  const lxw_error error = book_->Close();
  if (error != LXW_NO_ERROR) return NoPlace(lxw_strerror(error));
  File file(std::fopen(book_->path.c_str(), "rb"));
  if (file == nullptr) return NoPlace(std::strerror(errno));
  return file;
}

}  // namespace rectify::xlsx
