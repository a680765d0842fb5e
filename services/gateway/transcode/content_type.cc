#include "services/gateway/transcode/content_type.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace rectify::gateway {

bool HasContentType(const http::Headers& headers, absl::string_view type) {
  const absl::string_view said = headers.Get("Content-Type");
  return absl::EqualsIgnoreCase(absl::StripTrailingAsciiWhitespace(said.substr(0, said.find(';'))),
                                type);
}

absl::Status ContentTypeError(absl::string_view type) {
  return FieldError("Content-Type", {absl::StrCat("请求头 Content-Type 须为 ", type),
                                     absl::StrCat("Content-Type must be ", type)});
}

}  // namespace rectify::gateway
