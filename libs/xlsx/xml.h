// XML as its elements begin and end; their names without namespace.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rectify::xlsx {

class Archive;

class XmlHandler {
 public:
  using Attributes = std::map<std::string, std::string>;  // by name without namespace
  virtual ~XmlHandler() = default;
  virtual absl::Status Begin(absl::string_view element, const Attributes& attributes) = 0;
  virtual absl::Status Text(absl::string_view text) = 0;
  virtual absl::Status End(absl::string_view element) = 0;
};

// An entry of the archive. INVALID_ARGUMENT for what is no XML, has a document type or is nested
// too deep; the first error of the handler ends it.
absl::Status ReadXml(const Archive& archive, const std::string& entry, XmlHandler& handler);

}  // namespace rectify::xlsx
