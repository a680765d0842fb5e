// The reference page: plain HTML without scripts, fonts or pictures from elsewhere.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/gateway/openapi/document.h"

namespace rectify::gateway {
namespace {

constexpr const char* kStyle =
    "body{font:15px/1.5 system-ui,'Noto Sans CJK SC',sans-serif;margin:0 auto;max-width:62rem;"
    "padding:1rem;color:#222}code{font-family:ui-monospace,monospace}h3{margin:2rem 0 .3rem}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.25rem .5rem;"
    "text-align:left;vertical-align:top}.verb{background:#b01c1c;color:#fff;padding:0 .4rem;"
    "border-radius:3px}nav{columns:3}.note{color:#555}";

std::string Escape(const std::string& text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"\n", "<br>"}});
}

std::string TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || !found->is_string() ? "" : Escape(found->get<std::string>());
}

std::string NameOfReference(const Json& schema) {
  const std::string reference = schema.value("$ref", "");
  return reference.substr(reference.rfind('/') + 1);
}

// "string", "array of Venue", with a link to what has a section of its own.
std::string TypeOf(const Json& schema) {
  if (schema.contains("$ref")) {
    const std::string name = NameOfReference(schema);
    return absl::StrCat("<a href=\"#", name, "\">", name, "</a>");
  }
  if (schema.contains("items")) return absl::StrCat("array of ", TypeOf(schema["items"]));
  if (schema.contains("additionalProperties") && schema["additionalProperties"].is_object()) {
    return absl::StrCat("map of ", TypeOf(schema["additionalProperties"]));
  }
  const std::string format = TextOf(schema, "format");
  return absl::StrCat(TextOf(schema, "type"), format.empty() ? "" : " (" + format + ")");
}

std::string Row(const std::vector<std::string>& cells) {
  std::string row = "<tr>";
  for (const std::string& cell : cells) absl::StrAppend(&row, "<td>", cell, "</td>");
  return row + "</tr>\n";
}

std::string Parameters(const Json& operation) {
  std::string rows;
  for (const Json& parameter : operation["parameters"]) {
    if (parameter.contains("$ref")) continue;
    const bool required = parameter.value("required", false);
    rows += Row({absl::StrCat("<code>", TextOf(parameter, "name"), "</code>", required ? " *" : ""),
                 TextOf(parameter, "in"), TypeOf(parameter["schema"]),
                 TextOf(parameter, "description")});
  }
  return rows.empty() ? "" : "<table>" + rows + "</table>";
}

std::string BodyOf(const Json& holder) {
  const auto content = holder.find("content");
  return content == holder.end() ? "" : TypeOf(content->begin().value()["schema"]);
}

std::string Operation(const std::string& path, const std::string& verb, const Json& operation) {
  std::string html =
      absl::StrCat("<h3 id=\"", TextOf(operation, "operationId"), "\"><span class=verb>",
                   Escape(verb), "</span> <code>", Escape(path), "</code></h3>\n<p>",
                   TextOf(operation, "description"), "</p>\n", Parameters(operation));
  if (operation.contains("requestBody")) {
    absl::StrAppend(&html, "<p>Body 正文: ", BodyOf(operation["requestBody"]), "</p>");
  }
  std::string rows;
  for (const auto& [status, response] : operation["responses"].items()) {
    if (response.contains("$ref")) continue;
    rows += Row({status, BodyOf(response), TextOf(response, "description")});
  }
  return absl::StrCat(html, "<table>", rows, "</table>\n");
}

std::string Schema(const std::string& name, const Json& schema) {
  std::string html = absl::StrCat("<h3 id=\"", name, "\">", name, "</h3>\n<p>",
                                  TextOf(schema, "description"), "</p>\n");
  const auto properties = schema.find("properties");
  if (properties == schema.end()) return html;
  std::string rows;
  for (const auto& [field, type] : properties->items()) {
    rows +=
        Row({absl::StrCat("<code>", field, "</code>"), TypeOf(type), TextOf(type, "description")});
  }
  return absl::StrCat(html, "<table>", rows, "</table>\n");
}

}  // namespace

std::string ReferencePage(const Json& document) {
  std::string index, operations, schemas, reasons;
  for (const auto& [path, verbs] : document["paths"].items()) {
    for (const auto& [verb, operation] : verbs.items()) {
      const std::string id = TextOf(operation, "operationId");
      absl::StrAppend(&index, "<a href=\"#", id, "\">", id, "</a><br>\n");
      operations += Operation(path, absl::AsciiStrToUpper(verb), operation);
    }
  }
  for (const auto& [name, schema] : document["components"]["schemas"].items()) {
    schemas += Schema(name, schema);
  }
  for (const Json& reason : document["x-rectify-reasons"]) {
    reasons += Row({"<code>" + TextOf(reason, "reason") + "</code>", TextOf(reason, "code"),
                    TextOf(reason, "meaning")});
  }
  return absl::StrCat(
      "<!doctype html><html lang=zh-CN><meta charset=utf-8><title>Rectify 整改</title><style>",
      kStyle, "</style>\n<h1>", TextOf(document["info"], "title"), "</h1>\n<p>",
      TextOf(document["info"], "description"),
      "</p>\n<p class=note>Document for generators 供生成客户端: <a "
      "href=\"openapi.json\">openapi.json</a>"
      "</p>\n<nav>",
      index, "</nav>\n<h2>Operations 接口</h2>\n", operations, "<h2>Messages 数据</h2>\n", schemas,
      "<h2>Reasons 错误原因</h2>\n<table>", reasons, "</table></html>\n");
}

}  // namespace rectify::gateway
