#include "services/gateway/adapters/open311/document.h"

#include <pugixml.hpp>
#include <sstream>

#include "absl/strings/str_replace.h"

namespace rectify::gateway::open311 {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";

// Texts are valid UTF-8; what XML 1.0 leaves out of it are controls, U+FFFE and U+FFFF.
std::string Writable(const std::string& text) {
  std::string kept;
  kept.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\t') {
      kept += kReplacement;
    } else {
      kept.push_back(c);
    }
  }
  return absl::StrReplaceAll(kept,
                             {{"\xEF\xBF\xBE", kReplacement}, {"\xEF\xBF\xBF", kReplacement}});
}

void AddFields(const Json& object, pugi::xml_node node) {
  for (const auto& [name, value] : object.items()) {
    pugi::xml_node child = node.append_child(name.c_str());
    if (value.is_null() || value.is_array()) continue;
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    child.text().set(Writable(text).c_str());
  }
}

}  // namespace

std::string ToXml(const Document& document) {
  pugi::xml_document xml;
  pugi::xml_node declaration = xml.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "utf-8";
  pugi::xml_node root = xml.append_child(document.root);
  if (document.content.is_object()) AddFields(document.content, root);
  if (document.content.is_array()) {
    for (const Json& object : document.content) AddFields(object, root.append_child(document.item));
  }
  std::ostringstream out;
  xml.save(out, "", pugi::format_raw, pugi::encoding_utf8);
  return out.str();
}

http::Response ToResponse(const Document& document, Format format, int status) {
  http::Response response;
  response.status = status;
  if (format == Format::kXml) {
    response.headers.Add("Content-Type", "text/xml; charset=utf-8");
    response.body = ToXml(document);
  } else {
    response.headers.Add("Content-Type", "application/json; charset=utf-8");
    response.body = document.content.dump();
  }
  return response;
}

}  // namespace rectify::gateway::open311
