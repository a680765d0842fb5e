// Bodies that travel compressed (RFC 1952), for clients that say they take it.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/http/message.h"

namespace rectify::http {

// Whether the value of an Accept-Encoding header takes gzip: "gzip, br", "gzip;q=0.5", "*".
bool AcceptsGzip(absl::string_view accept_encoding);

// Text and JSON; pictures and files of unknown kind are compressed already, or not worth it.
bool IsCompressible(absl::string_view content_type);

// One body, piece by piece.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  // What the client can read the piece from, together with what was given before.
  std::string Add(absl::string_view piece);
  // The last one, after which nothing is added.
  std::string End(absl::string_view piece = "");

 private:
  struct Stream;
  std::string Run(absl::string_view piece, int flush);
  std::unique_ptr<Stream> stream_;
};

// The answer as a client that takes gzip gets it, if that is worth it; says in any case that it
// depends on what the client takes.
Response Compressed(Response response, bool takes_gzip);

}  // namespace rectify::http
