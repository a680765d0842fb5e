#include "tests/integration/reminder/receivers.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "libs/crypto/crypto.h"
#include "libs/testing/loopback.h"
#include "libs/testing/paths.h"

namespace rectify::reminder {
namespace {

namespace fs = std::filesystem;

// Debian's own, which has aiosmtpd.
constexpr char kPython[] = "/usr/bin/python3";

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string Decoded(const std::string& base64) {
  const absl::StatusOr<std::string> text =
      crypto::FromBase64(absl::StrReplaceAll(base64, {{"\r", ""}, {"\n", ""}}));
  return text.ok() ? *text : "not base64: " + base64;
}

std::string DecodedSubject(const std::string& header) {
  std::string text;
  for (absl::string_view word : absl::StrSplit(header, ' ', absl::SkipEmpty())) {
    absl::ConsumePrefix(&word, "=?UTF-8?B?");
    absl::ConsumeSuffix(&word, "?=");
    absl::StrAppend(&text, Decoded(std::string(word)));
  }
  return text;
}

ReceivedMail ParseMail(const std::string& raw) {
  const std::string text = absl::StrReplaceAll(raw, {{"\r\n", "\n"}});
  const size_t end = text.find("\n\n");
  // Folded lines belong together.
  const std::string head = absl::StrReplaceAll(text.substr(0, end), {{"\n ", " "}});
  ReceivedMail mail;
  const std::map<std::string, std::string*> wanted = {{"X-Rectify-Delivery", &mail.delivery},
                                                      {"Message-ID", &mail.message_id},
                                                      {"Subject", &mail.subject},
                                                      {"From", &mail.from},
                                                      {"To", &mail.to},
                                                      {"Date", &mail.date}};
  for (const absl::string_view line : absl::StrSplit(head, '\n')) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    if (const auto found = wanted.find(parts.first); found != wanted.end()) {
      *found->second = parts.second;
    }
    if (parts.first == "X-RcptTo") mail.envelope_to = absl::StrSplit(parts.second, ", ");
  }
  mail.subject = DecodedSubject(mail.subject);
  if (end != std::string::npos) mail.body = Decoded(text.substr(end + 2));
  return mail;
}

}  // namespace

MailServer::MailServer()
    : port_(testing::FreePort()), url_(absl::StrCat("smtp://127.0.0.1:", port_)) {
  Start();
}

void MailServer::Start() {
  testing::ChildProcess::Options options;
  options.argv = {kPython,
                  "-u",
                  "-m",
                  "aiosmtpd",
                  "-n",
                  "-c",
                  "refusing_smtp.Refusing",
                  folder_.path() + "/mail",
                  "-l",
                  absl::StrCat("127.0.0.1:", port_)};
  // Where Python finds refusing_smtp.
  options.folder = testing::SourcePath("/tests/integration/reminder");
  options.log = folder_.path() + "/log";
  process_ = std::make_unique<testing::ChildProcess>(options);
  process_->WaitUntil([this] { return testing::Answers(port_); });
}

void MailServer::Stop() {
  process_->Kill(SIGKILL);
  process_.reset();
}

std::vector<ReceivedMail> MailServer::Mails() const {
  std::vector<ReceivedMail> mails;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_.path() + "/mail/new", error)) {
    mails.push_back(ParseMail(ReadFile(entry.path())));
  }
  std::sort(mails.begin(), mails.end(),
            [](const auto& a, const auto& b) { return a.delivery < b.delivery; });
  return mails;
}

WebhookReceiver::WebhookReceiver(const std::string& secret, int fail_first) {
  std::ofstream(folder_.path() + "/secret") << secret << "\n";
  testing::ChildProcess::Options options;
  options.argv = {kPython,
                  "-u",
                  testing::SourcePath("/deploy/sample/webhook_receiver.py"),
                  "--port",
                  "0",
                  "--secret-file",
                  folder_.path() + "/secret",
                  "--output",
                  folder_.path() + "/received.jsonl",
                  "--fail-first",
                  absl::StrCat(fail_first)};
  options.folder = folder_.path();
  options.log = folder_.path() + "/log";
  process_ = std::make_unique<testing::ChildProcess>(options);
  process_->WaitUntil([this] {
    const std::vector<std::string> words =
        absl::StrSplit(ReadFile(folder_.path() + "/log"), absl::ByAnyChar(" \n"));
    return words.size() > 3 && absl::SimpleAtoi(words[2], &port_);
  });
}

std::string WebhookReceiver::url() const {
  return absl::StrCat("http://127.0.0.1:", port_, "/hook?key=secret");
}

std::string WebhookReceiver::address_entry() const { return absl::StrCat("127.0.0.1/32:", port_); }

std::map<std::string, std::string> WebhookReceiver::Accepted() const {
  std::map<std::string, std::string> accepted;
  std::ifstream in(folder_.path() + "/received.jsonl");
  for (std::string line; std::getline(in, line);) {
    const auto json = nlohmann::json::parse(line);
    accepted[json["id"]] = json["payload"].dump();
  }
  return accepted;
}

}  // namespace rectify::reminder
