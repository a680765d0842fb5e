#include "libs/http/gzip.h"

#include <zlib.h>

#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace rectify::http {
namespace {

// Below this a packet is sent all the same.
constexpr size_t kWorthwhileBytes = 1024;
// A third of the time of the default for nearly as little.
constexpr int kLevel = 4;
constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for gzip's header

class GzipPieces : public Pieces {
 public:
  explicit GzipPieces(std::shared_ptr<Pieces> plain) : plain_(std::move(plain)) {}

  void Next(std::function<void(Piece)> got) override {
    if (ended_) return got(Piece(std::nullopt));
    plain_->Next([this, got = std::move(got)](Piece piece) {
      if (!piece.ok()) return got(std::move(piece));
      ended_ = !piece->has_value();
      got(std::optional<std::string>(ended_ ? gzip_.End() : gzip_.Add(**piece)));
    });
  }
  void Cancel() override { plain_->Cancel(); }
  bool endless() const override { return plain_->endless(); }

 private:
  const std::shared_ptr<Pieces> plain_;
  Gzip gzip_;
  bool ended_ = false;
};

}  // namespace

bool AcceptsGzip(absl::string_view accept_encoding) {
  for (const absl::string_view choice : absl::StrSplit(accept_encoding, ',')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(choice, absl::MaxSplits(';', 1));
    const absl::string_view coding = absl::StripAsciiWhitespace(parts.first);
    if (!absl::EqualsIgnoreCase(coding, "gzip") && coding != "*") continue;
    absl::string_view weight = absl::StripAsciiWhitespace(parts.second);
    if (!absl::ConsumePrefix(&weight, "q=") && !absl::ConsumePrefix(&weight, "Q=")) return true;
    double value = 0;
    return absl::SimpleAtod(weight, &value) && value > 0;
  }
  return false;
}

bool IsCompressible(absl::string_view content_type) {
  const std::string type = absl::AsciiStrToLower(content_type.substr(0, content_type.find(';')));
  return absl::StartsWith(type, "text/") || absl::EndsWith(type, "json");
}

struct Gzip::Stream {
  z_stream zlib = {};
};

Gzip::Gzip() : stream_(std::make_unique<Stream>()) {
  if (deflateInit2(&stream_->zlib, kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();  // its only failure for these values
  }
}

Gzip::~Gzip() { deflateEnd(&stream_->zlib); }

std::string Gzip::Run(absl::string_view piece, int flush) {
  z_stream& zlib = stream_->zlib;
  std::string out(deflateBound(&zlib, piece.size()) + 16, '\0');
  zlib.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));  // NOLINT: it only reads
  zlib.avail_in = static_cast<uInt>(piece.size());
  size_t used = 0;
  do {
    if (used == out.size()) out.resize(out.size() * 2);
    zlib.next_out = reinterpret_cast<Bytef*>(out.data() + used);  // NOLINT
    zlib.avail_out = static_cast<uInt>(out.size() - used);
    deflate(&zlib, flush);
    used = out.size() - zlib.avail_out;
  } while (zlib.avail_out == 0);
  out.resize(used);
  return out;
}

std::string Gzip::Add(absl::string_view piece) {
  return piece.empty() ? "" : Run(piece, Z_SYNC_FLUSH);
}

std::string Gzip::End(absl::string_view piece) { return Run(piece, Z_FINISH); }

Response Compressed(Response response, bool takes_gzip) {
  const bool worthwhile = response.pieces != nullptr || response.body.size() >= kWorthwhileBytes;
  if (!worthwhile || !IsCompressible(response.headers.Get("Content-Type"))) return response;
  response.headers.Add("Vary", "Accept-Encoding");
  if (!takes_gzip) return response;
  response.headers.Add("Content-Encoding", "gzip");
  if (response.pieces != nullptr) {
    response.pieces = std::make_shared<GzipPieces>(std::move(response.pieces));
  } else {
    response.body = Gzip().End(response.body);
  }
  return response;
}

}  // namespace rectify::http
