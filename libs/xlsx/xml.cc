#include "libs/xlsx/xml.h"

#include <expat.h>

#include <memory>

#include "libs/base/status_macros.h"
#include "libs/xlsx/archive.h"

namespace rectify::xlsx {
namespace {

constexpr int kMaxDepth = 64;

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

absl::Status NoXml() { return BadFile("内容不是有效的 XML", "has no valid XML in it"); }

std::string LocalName(absl::string_view name) {
  return std::string(name.substr(name.rfind(':') + 1));
}

// What expat calls.
class Calls {
 public:
  Calls(XML_Parser parser, XmlHandler& handler) : parser_(parser), handler_(handler) {
    XML_SetUserData(parser, this);
    XML_SetElementHandler(
        parser,
        [](void* self, const char* name, const char** attributes) {
          static_cast<Calls*>(self)->Begin(name, attributes);
        },
        [](void* self, const char* name) {
          auto& calls = *static_cast<Calls*>(self);
          --calls.depth_;
          calls.Note(calls.handler_.End(LocalName(name)));
        });
    XML_SetCharacterDataHandler(parser, [](void* self, const char* text, int size) {
      auto& calls = *static_cast<Calls*>(self);
      calls.Note(calls.handler_.Text({text, static_cast<size_t>(size)}));
    });
    XML_SetStartDoctypeDeclHandler(parser, [](void* self, const char*, const char*, const char*,
                                              int) { static_cast<Calls*>(self)->Note(NoXml()); });
  }

  const absl::Status& verdict() const { return verdict_; }

 private:
  void Begin(const char* name, const char** pairs) {
    if (++depth_ > kMaxDepth) return Note(NoXml());
    XmlHandler::Attributes attributes;
    for (; *pairs != nullptr; pairs += 2) attributes[LocalName(pairs[0])] = pairs[1];
    Note(handler_.Begin(LocalName(name), attributes));
  }
  // Expat may still call once or twice after it was told to stop.
  void Note(const absl::Status& status) {
    if (status.ok() || !verdict_.ok()) return;
    verdict_ = status;
    XML_StopParser(parser_, XML_FALSE);
  }

  const XML_Parser parser_;
  XmlHandler& handler_;
  int depth_ = 0;
  absl::Status verdict_;
};

}  // namespace

absl::Status ReadXml(const Archive& archive, const std::string& entry, XmlHandler& handler) {
  const std::unique_ptr<XML_ParserStruct, FreeParser> parser(XML_ParserCreate(nullptr));
  if (parser == nullptr) return absl::ResourceExhaustedError("no memory for a parser");
  const Calls calls(parser.get(), handler);
  const auto parse = [&](absl::string_view piece, bool last) {
    const bool good = XML_Parse(parser.get(), piece.data(), static_cast<int>(piece.size()),
                                last ? 1 : 0) != XML_STATUS_ERROR;
    if (!calls.verdict().ok()) return calls.verdict();
    return good ? absl::OkStatus() : NoXml();
  };
  RETURN_IF_ERROR(
      archive.Read(entry, [&](absl::string_view piece) { return parse(piece, false); }));
  return parse("", true);
}

}  // namespace rectify::xlsx
