#include "services/reminder_dispatch/channels/smtp.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/outbound/curl.h"
#include "services/reminder_dispatch/channels/mime.h"

namespace rectify::reminder::channels {
namespace {

// "z***@example.cn"
std::string MaskAddress(const std::string& address) {
  const size_t at = address.find('@');
  return absl::StrCat(address.substr(0, 1), "***",
                      at == std::string::npos ? "" : address.substr(at));
}

struct Upload {
  std::string text;
  size_t sent = 0;
};

size_t ReadUpload(char* buffer, size_t size, size_t count, void* context) {
  auto* upload = static_cast<Upload*>(context);
  const size_t length = std::min(size * count, upload->text.size() - upload->sent);
  std::copy_n(upload->text.data() + upload->sent, length, buffer);
  upload->sent += length;
  return length;
}

// What the server said: the last line, and the last refusal, because libcurl goes on to QUIT after
// one.
struct Dialogue {
  std::string last, refusal;
  int refusal_code = 0;
  int refusals = 0;

  void Note(const std::string& line) {
    int code = 0;
    if (line.size() < 3 || !absl::SimpleAtoi(line.substr(0, 3), &code)) return;
    last = line;
    if (code < 400) return;
    refusal = line;
    refusal_code = code;
    ++refusals;
  }
};

size_t ReadDialogue(char* buffer, size_t size, size_t count, void* context) {
  static_cast<Dialogue*>(context)->Note(std::string(buffer, size * count));
  return size * count;
}

size_t Discard(char*, size_t size, size_t count, void*) { return size * count; }

// Servers like to repeat the address in their answer.
std::string Anonymous(std::string reply, const Message& message) {
  for (const std::string& address : message.addresses) {
    reply = absl::StrReplaceAll(reply, {{address, MaskAddress(address)}});
  }
  return outbound::ShortReply(reply);
}

domain::Attempt Result(CURLcode code, const Dialogue& dialogue, const Message& message) {
  using Kind = domain::Attempt::Kind;
  if (code == CURLE_OK) {
    std::string reply = dialogue.last;
    if (dialogue.refusals > 0) {
      reply = absl::StrCat(message.addresses.size(), "个收件地址中有被拒绝的：", dialogue.refusal);
    }
    return {Kind::kAccepted, Anonymous(std::move(reply), message), {}};
  }
  if (dialogue.refusal_code > 0) {
    return {dialogue.refusal_code >= 500 ? Kind::kPermanent : Kind::kTemporary,
            Anonymous(dialogue.refusal, message),
            {}};
  }
  return {Kind::kTemporary,
          absl::StrCat("邮件服务器：", curl_easy_strerror(code)),
          {},
          dialogue.last.empty()};
}

}  // namespace

std::string SmtpChannel::Mask(const Message& message) const {
  return absl::StrJoin(message.addresses, ", ", [](std::string* out, const std::string& address) {
    absl::StrAppend(out, MaskAddress(address));
  });
}

domain::Attempt SmtpChannel::Send(const Message& message) {
  Mail mail;
  mail.from = from_;
  mail.to = message.addresses;
  mail.message_id = absl::StrCat(message.delivery_id, "@rectify");
  mail.delivery = message.delivery_id;
  mail.subject = message.title;
  mail.body = message.body;
  mail.date = message.written;
  Upload upload{ToRfc5322(mail)};
  Dialogue dialogue;
  outbound::HeaderList recipients;
  for (const std::string& address : message.addresses)
    recipients.Add(absl::StrCat("<", address, ">"));

  const outbound::Curl curl = outbound::NewTransfer();
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));  // NOLINT
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, absl::StrCat("<", from_, ">").c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
  // One wrong address must not keep the mail from the others.
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, ReadUpload);
  curl_easy_setopt(handle, CURLOPT_READDATA, &upload);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, ReadDialogue);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &dialogue);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, Discard);
  return Result(curl_easy_perform(handle), dialogue, message);
}

}  // namespace rectify::reminder::channels
