// Real receivers for tests: a mail server and the sample webhook receiver.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/testing/process.h"
#include "libs/testing/sandbox.h"

namespace rectify::reminder {

// What a mail looks like to its reader.
struct ReceivedMail {
  std::string delivery;  // X-Rectify-Delivery
  std::string message_id, subject, from, to, date;
  std::string body;
  std::vector<std::string> envelope_to;
};

// aiosmtpd on a free port of loopback, with a Maildir.
class MailServer {
 public:
  MailServer();
  const std::string& url() const { return url_; }
  std::vector<ReceivedMail> Mails() const;  // by delivery, then by arrival
  void Stop();
  void Start();  // again, at the same port

 private:
  testing::TempDir folder_;
  int port_;
  std::string url_;
  std::unique_ptr<testing::ChildProcess> process_;
};

// deploy/sample/webhook_receiver.py on a free port.
class WebhookReceiver {
 public:
  explicit WebhookReceiver(const std::string& secret, int fail_first = 0);
  int port() const { return port_; }
  std::string url() const;
  std::string address_entry() const;  // for the allow-list
  // Accepted bodies (JSON) by webhook-id.
  std::map<std::string, std::string> Accepted() const;

 private:
  testing::TempDir folder_;
  int port_ = 0;
  std::unique_ptr<testing::ChildProcess> process_;
};

}  // namespace rectify::reminder
