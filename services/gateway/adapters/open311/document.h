// Answers of GeoReport v2 in its two formats. XML leads; JSON is the same without the names that
// only lists need (the standard's "Spark convention").
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/http/message.h"

namespace rectify::gateway::open311 {

using Json = nlohmann::ordered_json;

enum class Format { kJson, kXml };

// A list of objects, or one object; values are texts, numbers, truth values, null or lists that are
// empty.
struct Document {
  Json content;
  const char* root;  // "service_requests"
  const char* item;  // "request"; of one object not used
};

http::Response ToResponse(const Document& document, Format format, int status = 200);

// XML 1.0 in UTF-8. Characters that XML can't hold at all become U+FFFD.
std::string ToXml(const Document& document);

}  // namespace rectify::gateway::open311
