#include "libs/http/gzip.h"

#include <zlib.h>

#include <deque>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rectify::http {
namespace {

// What zlib's own reader makes of it; "broken" when it is not gzip or not whole.
std::string Unpacked(const std::string& packed, bool whole = true) {
  z_stream zlib = {};
  inflateInit2(&zlib, 15 + 16);
  std::string out(1 << 20, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // NOLINT
  zlib.avail_in = static_cast<uInt>(packed.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());  // NOLINT
  zlib.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&zlib, Z_SYNC_FLUSH);
  out.erase(zlib.total_out);
  inflateEnd(&zlib);
  return result == (whole ? Z_STREAM_END : Z_OK) ? out : "broken";
}

Response Text(std::string body) {
  Response response;
  response.headers.Add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

TEST(GzipTest, KnowsWhoTakesIt) {
  for (const char* value :
       {"gzip", "deflate, gzip;q=0.5", "GZIP", "*", "br;q=1.0 , gzip ; q=0.1"}) {
    EXPECT_TRUE(AcceptsGzip(value)) << value;
  }
  for (const char* value : {"", "identity", "gzip;q=0", "gzip; q=0.0", "x-gzip", "gzip;q=zero"}) {
    EXPECT_FALSE(AcceptsGzip(value)) << value;
  }
}

TEST(GzipTest, TextIsWorthItPicturesAreNot) {
  for (const char* type : {"application/json", "application/problem+json",
                           "text/csv; charset=utf-8", "application/x-ndjson", "TEXT/html"}) {
    EXPECT_TRUE(IsCompressible(type)) << type;
  }
  for (const char* type : {"", "image/jpeg", "application/octet-stream", "application/pdf"}) {
    EXPECT_FALSE(IsCompressible(type)) << type;
  }
}

TEST(GzipTest, LongTextArrivesAsItWas) {
  std::string text;
  for (int i = 0; text.size() < 100'000; ++i) absl::StrAppend(&text, "示例", i, ",");
  const Response packed = Compressed(Text(text), true);
  EXPECT_EQ(packed.headers.Get("Content-Encoding"), "gzip");
  EXPECT_EQ(packed.headers.Get("Vary"), "Accept-Encoding");
  EXPECT_LT(packed.body.size(), text.size() / 3);
  EXPECT_EQ(Unpacked(packed.body), text);
}

TEST(GzipTest, WhoDoesNotTakeItAndWhatIsShortIsLeftAlone) {
  const std::string text(5000, 'a');
  const Response plain = Compressed(Text(text), false);
  EXPECT_EQ(plain.body, text);
  EXPECT_FALSE(plain.headers.Has("Content-Encoding"));
  EXPECT_EQ(plain.headers.Get("Vary"), "Accept-Encoding");
  EXPECT_FALSE(Compressed(Text("short"), true).headers.Has("Content-Encoding"));
}

TEST(GzipTest, EachPieceCanBeReadWhenItArrives) {
  Gzip gzip;
  std::string wire = gzip.Add("first,");
  EXPECT_EQ(Unpacked(wire, false), "first,");
  EXPECT_EQ(gzip.Add(""), "");
  wire += gzip.Add("second");
  EXPECT_EQ(Unpacked(wire, false), "first,second");
  EXPECT_EQ(Unpacked(wire + gzip.End()), "first,second");
}

// Two pieces and an end.
class Two : public Pieces {
 public:
  void Next(std::function<void(Piece)> got) override {
    Piece piece = pieces_.front();
    pieces_.pop_front();
    got(std::move(piece));
  }
  void Cancel() override {}

 private:
  std::deque<Piece> pieces_ = {"a,b\n", "1,2\n", std::nullopt};
};

TEST(GzipTest, ABodyOfPiecesStaysOne) {
  Response response;
  response.headers.Add("Content-Type", "text/csv");
  response.pieces = std::make_shared<Two>();
  response = Compressed(std::move(response), true);
  std::string wire;
  for (bool more = true; more;) {
    response.pieces->Next([&](const Pieces::Piece& piece) {
      ASSERT_TRUE(piece.ok());
      more = piece->has_value();
      if (more) wire += **piece;
    });
  }
  EXPECT_EQ(Unpacked(wire), "a,b\n1,2\n");
}

}  // namespace
}  // namespace rectify::http
