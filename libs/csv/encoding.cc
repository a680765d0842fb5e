#include "libs/csv/encoding.h"

#include <iconv.h>

#include <memory>

#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/text.h"
#include "libs/csv/cells.h"

namespace rectify::csv {
namespace {

// No character takes more bytes in UTF-8 than this times its bytes in GB18030.
constexpr size_t kGrowth = 3;

absl::Status NoText() {
  return FieldError("csv",
                    {"文件既不是 UTF-8，也不是 GB18030 编码的文本",
                     "the file is text neither in UTF-8 nor in GB18030"},
                    "CSV_INVALID");
}

absl::StatusOr<std::string> FromGb18030(absl::string_view file) {
  const iconv_t converter = iconv_open("UTF-8", "GB18030");
  // NOLINTNEXTLINE(performance-no-int-to-ptr): how iconv says that it can't.
  if (converter == reinterpret_cast<iconv_t>(-1)) {
    return absl::InternalError("this system's iconv does not know GB18030");
  }
  std::string text(file.size() * kGrowth, '\0');
  char* in = const_cast<char*>(file.data());  // iconv only reads it
  char* out = text.data();
  size_t left = file.size(), room = text.size();
  const bool whole = iconv(converter, &in, &left, &out, &room) != static_cast<size_t>(-1);
  iconv_close(converter);
  if (!whole) return NoText();
  text.resize(text.size() - room);
  return text;
}

}  // namespace

absl::StatusOr<std::string> ToUtf8(absl::string_view file) {
  if (absl::ConsumePrefix(&file, kByteOrderMark) || IsCleanUtf8(file)) {
    if (!IsCleanUtf8(file)) return NoText();
    return std::string(file);
  }
  absl::StatusOr<std::string> text = FromGb18030(file);
  if (text.ok() && !IsCleanUtf8(*text)) return NoText();
  return text;
}

}  // namespace rectify::csv
