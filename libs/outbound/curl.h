// One libcurl transfer with the limits that every call out of the house has.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace rectify::outbound {

struct CurlDeleter {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
using Curl = std::unique_ptr<CURL, CurlDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
class HeaderList {
 public:
  void Add(const std::string& line);
  curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, ListDeleter> list_;
};

// A handle with a timeout of 10 s, no signals, no proxy and no redirects.
Curl NewTransfer();

// What a peer wrote as one short line of clean UTF-8 for people.
std::string ShortReply(const std::string& raw);

}  // namespace rectify::outbound
